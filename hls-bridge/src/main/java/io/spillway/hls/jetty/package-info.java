/** The addresses below {@code /hls/} on Jetty. */
@NullMarked
package io.spillway.hls.jetty;

import org.jspecify.annotations.NullMarked;
