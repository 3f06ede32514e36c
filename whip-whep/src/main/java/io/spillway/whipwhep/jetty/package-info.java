/** WHIP and WHEP on Jetty's core handlers; nothing else here imports Jetty. */
@NullMarked
package io.spillway.whipwhep.jetty;

import org.jspecify.annotations.NullMarked;
