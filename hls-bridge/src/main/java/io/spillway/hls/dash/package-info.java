/** The manifest of live streams as DASH players read it: ISO/IEC 23009-1. */
@NullMarked
package io.spillway.hls.dash;

import org.jspecify.annotations.NullMarked;
