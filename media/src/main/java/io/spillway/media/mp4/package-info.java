/** ISO base media files as CMAF wants them: init segments, and fragments of one track each. */
@NullMarked
package io.spillway.media.mp4;

import org.jspecify.annotations.NullMarked;
