package io.spillway.hls.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Follows one rendition from segment to segment, and reads each fragment's samples: every number follows from the one before, to the tick. Shares no code with what writes them. */
final class SampleLedger {

    /** A picture's time is whole ticks, a segment's date whole milliseconds. */
    private static final double CLOCK_TOLERANCE_MS = 1.1;

    /** Less than a part lasts at least. */
    private static final double MAX_WAIT_MS = 200;

    private final String name;
    private final long unixMinusMonotonicNs;
    private final boolean byTheClock;
    private long sequence = -1;
    private long ticks = -1;
    private long fragment;
    private long captureNs = Long.MIN_VALUE;
    private long samples;
    private long discontinuities;
    private double behindMs;
    private long shownTicks;
    private long gapTicks;

    /** @param byTheClock whether each sample lies on the timeline exactly where it was captured, as it does unless the network holds it back for long */
    SampleLedger(String name, long unixMinusMonotonicNs, boolean byTheClock) {
        this.name = name;
        this.unixMinusMonotonicNs = unixMinusMonotonicNs;
        this.byTheClock = byTheClock;
    }

    long samples() {
        return samples;
    }

    long discontinuities() {
        return discontinuities;
    }

    /** How far behind its capture the newest sample lies on the timeline, milliseconds. */
    double behindMs() {
        return behindMs;
    }

    /** Of all that was made, what is no gap. */
    double shown() {
        return (double) shownTicks / (shownTicks + gapTicks);
    }

    /** Takes in what is new of a rendition, which must be seen before any of it is removed. */
    void read(Rendition rendition) {
        for (Segment segment : rendition.segments()) {
            if (sequence < 0) {
                sequence = segment.sequence();
                ticks = segment.startTicks();
            }
            if (segment.sequence() >= sequence) {
                read(rendition, segment);
            }
        }
    }

    private void read(Rendition rendition, Segment segment) {
        String where = name + " " + segment.sequence();
        assertEquals(sequence++, segment.sequence(), where);
        assertEquals(ticks, segment.startTicks(), where);
        int timescale = segment.format().timescale();
        assertEquals(
                rendition.originMs() + 1000.0 * segment.startTicks() / timescale,
                (double) segment.captureMs(),
                CLOCK_TOLERANCE_MS,
                where);
        if (segment.discontinuity()) {
            discontinuities++;
            // Another publisher's, who may have begun before the other one ended.
            captureNs = Long.MIN_VALUE;
        }
        for (Part part : segment.parts()) {
            long end = ticks + part.durationTicks();
            if (part.gap()) {
                assertEquals(0, part.bytes().length, where);
                ticks = end;
                gapTicks += part.durationTicks();
            } else {
                shownTicks += part.durationTicks();
                read(part, rendition.originMs(), timescale, where);
            }
            assertEquals(end, ticks, where);
        }
        assertEquals(segment.startTicks() + segment.durationTicks(), ticks, where);
    }

    /**
     * A part is {@code moof} and {@code mdat}, perhaps with {@code prft} before:
     *
     * <pre>
     * moof 8 | mfhd 8+8 | traf 8 | tfhd 8+8 | tfdt 8+4+8 | trun 8+4+4+4, then duration, size, flags of each sample
     * </pre>
     */
    private void read(Part part, long originMs, int timescale, String where) {
        ByteBuffer in = ByteBuffer.wrap(part.bytes());
        if (type(in, 0).equals("prft")) {
            in = in.slice(in.getInt(0), in.remaining() - in.getInt(0));
        }
        assertEquals("moof", type(in, 0), where);
        int data = in.getInt(0) + 8;
        assertEquals("mdat", type(in, data - 8), where);
        long number = in.getInt(20);
        assertTrue(number > fragment, where);
        fragment = number;
        assertEquals("tfdt", type(in, 48), where);
        assertEquals(ticks, in.getLong(60), where);
        assertEquals("trun", type(in, 68), where);
        int count = in.getInt(80);
        assertEquals(part.frames(), count, where);
        assertEquals(data, in.getInt(84), where);
        assertEquals(part.independent(), (in.getInt(96) & 0x1_0000) == 0, where);
        for (int i = 0; i < count; i++) {
            int size = in.getInt(92 + 12 * i);
            byte[] frame = new byte[size];
            in.get(data, frame);
            data += size;
            long captured = TestStream.captureNs(Arrays.copyOf(frame, Long.BYTES));
            assertTrue(captured > captureNs, () -> where + " has each frame once, and in order");
            captureNs = captured;
            double lateMs = originMs + 1000.0 * ticks / timescale - (captured + unixMinusMonotonicNs) / 1e6;
            behindMs = lateMs;
            if (byTheClock) {
                // The first of a part may have to wait until the one before is long enough.
                double allowedMs = CLOCK_TOLERANCE_MS + (i == 0 ? MAX_WAIT_MS : 0);
                assertTrue(
                        lateMs > -CLOCK_TOLERANCE_MS && lateMs < allowedMs,
                        () -> where + ": a frame is " + lateMs + " ms late");
            }
            ticks += in.getInt(88 + 12 * i);
            samples++;
        }
        assertEquals(in.limit(), data, where);
    }

    private static String type(ByteBuffer in, int at) {
        byte[] name = new byte[4];
        in.get(at + 4, name);
        return new String(name, java.nio.charset.StandardCharsets.US_ASCII);
    }
}
