/** Measures the goals that need no other server: programs that print rows and write figures, never assertions. */
@NullMarked
package io.spillway.bench.goals;

import org.jspecify.annotations.NullMarked;
