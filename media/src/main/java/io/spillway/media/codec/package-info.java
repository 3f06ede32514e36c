/** Codecs: what their payload headers say of frames, keyframes and sizes. */
@NullMarked
package io.spillway.media.codec;

import org.jspecify.annotations.NullMarked;
