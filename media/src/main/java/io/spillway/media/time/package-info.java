/** Clocks: NTP time stamps, and what a sender's reports say of when its media was captured. */
@NullMarked
package io.spillway.media.time;

import org.jspecify.annotations.NullMarked;
