package io.spillway.bench.load;

import java.nio.ByteBuffer;

/** Opus by form: one packet a frame, 48 kHz clock. {@code payloadBytes} are in each. */
record AudioShape(String name, long intervalNs, int payloadBytes) implements Shape {

    private static final int CLOCK_HZ = 48_000;

    /** 20 ms of full-band CELT, stereo, one frame (RFC 6716 §3.1). */
    private static final byte CONFIGURATION = (byte) 0xFC;

    @Override
    public boolean isVideo() {
        return false;
    }

    @Override
    public int framesInGroup() {
        return 1;
    }

    @Override
    public int packets(long frame) {
        return 1;
    }

    @Override
    public int ticks() {
        return (int) Math.round(intervalNs * (CLOCK_HZ / 1e9));
    }

    @Override
    public double packetsPerSecond() {
        return 1e9 / intervalNs;
    }

    @Override
    public int write(long frame, int packet, ByteBuffer buffer, int offset) {
        buffer.put(offset, CONFIGURATION);
        for (int i = 1; i < payloadBytes; i++) {
            buffer.put(offset + i, (byte) i);
        }
        return payloadBytes;
    }
}
