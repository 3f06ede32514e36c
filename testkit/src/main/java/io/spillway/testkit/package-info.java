/** Test scope only: virtual time, a lossy network, seeds, drivers of real clients. */
@NullMarked
package io.spillway.testkit;

import org.jspecify.annotations.NullMarked;
