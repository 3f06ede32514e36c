/** The load generator: publishers and viewers in one loop and one socket, toward any server that speaks WHIP and WHEP. */
@NullMarked
package io.spillway.bench.load;

import org.jspecify.annotations.NullMarked;
