/** The scenarios of sfu's tests, as a table and as pictures. */
@NullMarked
package io.spillway.bench.adapt;

import org.jspecify.annotations.NullMarked;
