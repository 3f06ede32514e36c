package io.spillway.sfu.inbound;

import io.spillway.media.live.PacketHistory;

/**
 * What one publisher's session is given.
 *
 * @param cname our canonical name in SDES, at most 255 bytes
 * @param localSsrc the SSRC under which we report
 * @param maxBitrateBps the most that REMB allows a publisher
 */
public record InboundConfig(String cname, int localSsrc, long maxBitrateBps) {

    /** Enough for 4K at 60 fps. */
    public static final long DEFAULT_MAX_BITRATE_BPS = 20_000_000;

    static final int MAX_PACKET_BYTES = PacketHistory.MAX_PACKET_BYTES;
}
