/** FFmpeg's libraries. */
@NullMarked
package io.spillway.hls.libav;

import org.jspecify.annotations.NullMarked;
