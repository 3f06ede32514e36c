/** From a layer's packets to whole frames: a ring out of the media loop, reordering, depacketising. */
@NullMarked
package io.spillway.media.frame;

import org.jspecify.annotations.NullMarked;
