/** RTCP: one total parser that calls a visitor, one writer into a caller's buffer. */
@NullMarked
package io.spillway.media.rtcp;

import org.jspecify.annotations.NullMarked;
