package io.spillway.sfu.transport;

import java.nio.ByteBuffer;

/** Which protocol a datagram on the shared port speaks, by its first bytes (RFC 7983 §7, RFC 5761 §4). */
enum Protocol {
    STUN,
    DTLS,
    RTP,
    RTCP,
    /** Among others TURN channels, which nobody opens toward us. */
    UNKNOWN;

    private static final int FIRST_RTCP_TYPE = 192;
    private static final int LAST_RTCP_TYPE = 223;

    static Protocol of(ByteBuffer buffer, int offset, int length) {
        if (length < 2) {
            return UNKNOWN;
        }
        int first = buffer.get(offset) & 0xFF;
        if (first <= 3) {
            return STUN;
        }
        if (first >= 20 && first <= 63) {
            return DTLS;
        }
        if (first >= 128 && first <= 191) {
            int second = buffer.get(offset + 1) & 0xFF;
            return second >= FIRST_RTCP_TYPE && second <= LAST_RTCP_TYPE ? RTCP : RTP;
        }
        return UNKNOWN;
    }
}
