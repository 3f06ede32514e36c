/** The SFU as its neighbours see it: publish, play, end, and what it reports. */
@NullMarked
package io.spillway.sfu;

import org.jspecify.annotations.NullMarked;
