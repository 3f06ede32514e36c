package io.spillway.media.frame;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;

/** An H.264 encoder's packets at 30 frames a second, as OBS and browsers cut them: parameter sets in a STAP-A before each key, frames in FU-A fragments. Contents are random, sizes and headers real. */
final class TestEncoder {

    static final long FRAME_NS = 33_333_333;

    private static final byte[] SPS = HexFormat.of().parseHex("6742c01eda02802fe9500fc0");
    private static final byte[] PPS = HexFormat.of().parseHex("68ce3c80");
    private static final int FRAGMENT_BYTES = 200;

    /** A frame as it must come out: its unit after its length. */
    @SuppressWarnings("ArrayRecordComponent")
    record Frame(boolean key, int timestamp, byte[] data, List<Packet> packets) {}

    private final RandomGenerator random;
    private final int gop;
    private long extSeq = 65_000;
    private int timestamp = Integer.MAX_VALUE - 90_000;
    private int count;
    private long nowNs = 1_000_000_000L;

    TestEncoder(RandomGenerator random, int gop) {
        this.random = random;
        this.gop = gop;
    }

    Frame next() {
        boolean key = count++ % gop == 0;
        int bytes = key ? 1500 : 30 + random.nextInt(600);
        byte[] unit = new byte[bytes];
        random.nextBytes(unit);
        unit[0] = (byte) (key ? 0x65 : 0x41);
        // first_mb_in_slice is 0.
        unit[1] |= (byte) 0x80;
        List<Packet> packets = new ArrayList<>();
        if (key) {
            ByteArrayOutputStream stap = new ByteArrayOutputStream();
            stap.write(24);
            for (byte[] set : List.of(SPS, PPS)) {
                stap.write(0);
                stap.write(set.length);
                stap.writeBytes(set);
            }
            packets.add(packet(stap.toByteArray(), true, false));
        }
        int at = 1;
        while (at < bytes) {
            int length = Math.min(FRAGMENT_BYTES, bytes - at);
            boolean start = at == 1;
            boolean end = at + length == bytes;
            ByteArrayOutputStream fragment = new ByteArrayOutputStream();
            if (start && end) {
                fragment.writeBytes(unit);
            } else {
                fragment.write((unit[0] & 0xE0) | 28);
                fragment.write((start ? 0x80 : 0) | (end ? 0x40 : 0) | (unit[0] & 0x1F));
                fragment.write(unit, at, length);
            }
            packets.add(packet(fragment.toByteArray(), start, end));
            at += length;
        }
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        data.write(0);
        data.write(0);
        data.write(bytes >> 8);
        data.write(bytes);
        data.writeBytes(unit);
        Frame frame = new Frame(key, timestamp, data.toByteArray(), packets);
        timestamp += 3000;
        nowNs += FRAME_NS;
        return frame;
    }

    private Packet packet(byte[] payload, boolean startsFrame, boolean marker) {
        return new Packet(extSeq++, timestamp, nowNs, nowNs - 20_000_000, startsFrame, marker, payload);
    }
}
