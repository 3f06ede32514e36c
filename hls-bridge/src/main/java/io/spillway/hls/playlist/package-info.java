/** Playlists of live streams as players read them: RFC 8216bis. */
@NullMarked
package io.spillway.hls.playlist;

import org.jspecify.annotations.NullMarked;
