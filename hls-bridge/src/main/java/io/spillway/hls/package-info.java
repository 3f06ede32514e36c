/** Live streams over HTTP: what publishes, who asks, and the thread between them. */
@NullMarked
package io.spillway.hls;

import org.jspecify.annotations.NullMarked;
