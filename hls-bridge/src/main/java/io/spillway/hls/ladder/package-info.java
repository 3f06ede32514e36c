/** Lower renditions made here: a layer decoded, scaled and encoded into rungs, beside the packaging and never in its way. */
@NullMarked
package io.spillway.hls.ladder;

import org.jspecify.annotations.NullMarked;
