/** The meeting point: live streams, their tracks and layers, and who reads them. */
@NullMarked
package io.spillway.media.live;

import org.jspecify.annotations.NullMarked;
