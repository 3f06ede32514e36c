/** A crowd of HTTP clients on one thread. */
@NullMarked
package io.spillway.bench.http;

import org.jspecify.annotations.NullMarked;
