package io.spillway.bench.load;

import java.nio.ByteBuffer;

/**
 * H.264 by form: parameter sets and an IDR slice in the first frame of each group, one slice of a P picture in all others. The slices are
 * filler that no decoder shows, behind headers that every SFU understands.
 *
 * @param intervalNs from frame to frame
 * @param group frames from one IDR to the next
 * @param payloadBytes of all packets of a frame but its last
 * @param lastBytes of the last one's payload
 */
record VideoShape(
        String name, long intervalNs, int group, int packetsInP, int packetsInIdr, int payloadBytes, int lastBytes)
        implements Shape {

    private static final int CLOCK_HZ = 90_000;

    private static final byte P_SLICE = 0x41;
    private static final byte IDR_SLICE = 0x65;
    private static final byte STAP_A = 0x78;
    private static final byte FU_INDICATOR_P = 0x5C;
    private static final byte FU_INDICATOR_IDR = 0x7C;
    private static final int START = 0x80;
    private static final int END = 0x40;
    private static final int TYPE_MASK = 0x1F;

    /** {@code first_mb_in_slice} = 0, then what no emulation prevention would touch. */
    private static final byte FIRST_SLICE_BITS = (byte) 0x9A;

    private static final byte FILLER = 0x55;

    /** Constrained Baseline, level 3.1, 1280x720. H.264 §7.3.2.1.1. */
    private static final byte[] SPS = {0x67, 0x42, (byte) 0xC0, 0x1F, (byte) 0xDA, 0x01, 0x40, 0x16, (byte) 0xE4};

    private static final byte[] PPS = {0x68, (byte) 0xCE, 0x3C, (byte) 0x80};

    @Override
    public boolean isVideo() {
        return true;
    }

    @Override
    public int framesInGroup() {
        return group;
    }

    @Override
    public int packets(long frame) {
        return isIdr(frame) ? packetsInIdr : packetsInP;
    }

    @Override
    public int ticks() {
        return (int) Math.round(intervalNs * (CLOCK_HZ / 1e9));
    }

    @Override
    public double packetsPerSecond() {
        double inGroup = packetsInIdr + (double) (group - 1) * packetsInP;
        return inGroup * 1e9 / (group * (double) intervalNs);
    }

    private boolean isIdr(long frame) {
        return frame % group == 0;
    }

    @Override
    public int write(long frame, int packet, ByteBuffer buffer, int offset) {
        boolean idr = isIdr(frame);
        int packets = packets(frame);
        int length = packet == packets - 1 ? lastBytes : payloadBytes;
        int at = offset;
        if (idr && packet == 0) {
            // A frame of one packet has its slice in the aggregate; of a longer one the aggregate holds SEI-like
            // filler.
            at = aggregate(buffer, at, offset + length, packets == 1 ? IDR_SLICE : 0x06);
        } else if (packets == 1) {
            buffer.put(at++, P_SLICE);
            buffer.put(at++, FIRST_SLICE_BITS);
        } else {
            // The slice begins behind the aggregate, or at once.
            int first = idr ? 1 : 0;
            int header = (idr ? IDR_SLICE : P_SLICE) & TYPE_MASK;
            // A fragment that is the only one may not be both start and end (RFC 6184 §5.8): then it is only the start.
            header |= packet == first ? START : packet == packets - 1 ? END : 0;
            buffer.put(at++, idr ? FU_INDICATOR_IDR : FU_INDICATOR_P);
            buffer.put(at++, (byte) header);
            buffer.put(at++, packet == first ? FIRST_SLICE_BITS : FILLER);
        }
        while (at < offset + length) {
            buffer.put(at++, FILLER);
        }
        return length;
    }

    private static int aggregate(ByteBuffer buffer, int from, int end, int lastUnit) {
        int at = from;
        buffer.put(at++, STAP_A);
        at = unit(buffer, at, SPS);
        at = unit(buffer, at, PPS);
        buffer.putShort(at, (short) (end - at - Short.BYTES));
        at += Short.BYTES;
        buffer.put(at++, (byte) lastUnit);
        buffer.put(at++, FIRST_SLICE_BITS);
        return at;
    }

    private static int unit(ByteBuffer buffer, int at, byte[] unit) {
        buffer.putShort(at, (short) unit.length);
        buffer.put(at + Short.BYTES, unit);
        return at + Short.BYTES + unit.length;
    }
}
