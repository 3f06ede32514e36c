/** Calls of the Linux kernel that Java has no name for, through java.lang.foreign: batched UDP with local addresses, wake-ups, priorities. 64-bit Linux only. */
@NullMarked
package io.spillway.bench.linux;

import org.jspecify.annotations.NullMarked;
