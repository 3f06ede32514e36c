/** OpenH264, by JNA. */
@NullMarked
package io.spillway.hls.openh264;

import org.jspecify.annotations.NullMarked;
