/** From whole frames to parts and segments: one timeline a stream, one rendition a track. */
@NullMarked
package io.spillway.hls.stream;

import org.jspecify.annotations.NullMarked;
