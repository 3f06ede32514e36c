package io.spillway.media.live;

import io.spillway.media.rtp.RtpPacket;

/** One packet of a layer's history with its header read: borrowed from {@link ParsedPackets} until the layer's next packet comes. */
public final class ParsedPacket {

    private final StoredPacket stored = new StoredPacket();
    private final RtpPacket rtp = new RtpPacket();
    private boolean wellFormed;

    /** What the history tells of it. */
    public StoredPacket stored() {
        return stored;
    }

    /** The packet itself; only when {@link #isWellFormed}. */
    public RtpPacket rtp() {
        return rtp;
    }

    /** Whether it is RTP with media; padding is not. */
    public boolean isWellFormed() {
        return wellFormed;
    }

    void parse() {
        wellFormed = !stored.isPadding() && rtp.wrap(stored.buffer(), stored.offset(), stored.length());
    }
}
