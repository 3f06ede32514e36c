/** JMH benchmarks of what a packet goes through: run by {@code bench/jmh}. */
@NullMarked
package io.spillway.bench.jmh;

import org.jspecify.annotations.NullMarked;
