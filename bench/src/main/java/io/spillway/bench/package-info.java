/** Benchmarks: programs that print figures, never assertions. */
@NullMarked
package io.spillway.bench;

import org.jspecify.annotations.NullMarked;
