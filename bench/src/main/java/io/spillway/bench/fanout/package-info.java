/** The way of a packet from a layer to its viewers inside one process, without clients: what the programs that time it share. */
@NullMarked
package io.spillway.bench.fanout;

import org.jspecify.annotations.NullMarked;
