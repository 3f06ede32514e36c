package io.spillway.media.codec;

import java.nio.ByteBuffer;

/**
 * Opus payloads: how long one plays, from its first byte. Each is a frame of its own from which a decoder can start. RFC 7587 §4.2, RFC 6716 §3.1.
 *
 * <pre>
 * | config  |s| c |   config: mode and frame length   s: stereo   c: frames, 3 = a count byte follows
 * </pre>
 */
final class OpusPayload implements PayloadParser {

    static final OpusPayload PARSER = new OpusPayload();

    /** 120 ms, the most that one packet may play (RFC 6716 §3.2.5, R5). */
    private static final int MAX_DURATION_TICKS = 5760;

    private static final int TICKS_PER_MS = 48;

    private OpusPayload() {}

    @Override
    public boolean parse(ByteBuffer buffer, int offset, int length, PayloadInfo out) {
        out.clear();
        if (length < 1) {
            return false;
        }
        int head = buffer.get(offset) & 0xFF;
        int frames = switch (head & 0x03) {
            case 0 -> 1;
            case 1, 2 -> 2;
            default -> length < 2 ? 0 : buffer.get(offset + 1) & 0x3F;
        };
        int ticks = frames * frameTicks(head >> 3);
        if (ticks == 0 || ticks > MAX_DURATION_TICKS) {
            return false;
        }
        out.durationTicks = ticks;
        out.startsFrame = true;
        out.startsLayerFrame = true;
        out.startsKeyframe = true;
        out.keyframe = true;
        return true;
    }

    private static int frameTicks(int config) {
        if (config < 12) {
            // SILK: 10, 20, 40, 60 ms.
            int step = config & 3;
            return (step == 3 ? 60 : 10 << step) * TICKS_PER_MS;
        }
        if (config < 16) {
            // Hybrid: 10, 20 ms.
            return (10 << (config & 1)) * TICKS_PER_MS;
        }
        // CELT: 2.5, 5, 10, 20 ms.
        return (5 << (config & 3)) * TICKS_PER_MS / 2;
    }
}
