/** What Prometheus reads: the only place of this room that knows Micrometer. */
@NullMarked
package io.spillway.signaling.metrics;

import org.jspecify.annotations.NullMarked;
