/** What the kernel says in /proc of processes, sockets and memory. */
@NullMarked
package io.spillway.bench.machine;

import org.jspecify.annotations.NullMarked;
