/** The control plane on Jetty: the only place of this room that knows it. */
@NullMarked
package io.spillway.signaling.jetty;

import org.jspecify.annotations.NullMarked;
