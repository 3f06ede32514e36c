/** The viewer's side above the transport: one continuous RTP stream a track, whatever the publishers do. */
@NullMarked
package io.spillway.sfu.outbound;

import org.jspecify.annotations.NullMarked;
