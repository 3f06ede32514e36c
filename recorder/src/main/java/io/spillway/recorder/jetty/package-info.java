/** The addresses below {@code /vod/} on Jetty. */
@NullMarked
package io.spillway.recorder.jetty;

import org.jspecify.annotations.NullMarked;
