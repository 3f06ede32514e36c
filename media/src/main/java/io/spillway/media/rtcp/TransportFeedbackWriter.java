package io.spillway.media.rtcp;

import static io.spillway.media.rtcp.RtcpFormat.LARGE_DELTA;
import static io.spillway.media.rtcp.RtcpFormat.MAX_RUN;
import static io.spillway.media.rtcp.RtcpFormat.NOT_RECEIVED;
import static io.spillway.media.rtcp.RtcpFormat.ONE_BIT_STATUSES;
import static io.spillway.media.rtcp.RtcpFormat.SMALL_DELTA;
import static io.spillway.media.rtcp.RtcpFormat.TICKS_PER_REFERENCE;
import static io.spillway.media.rtcp.RtcpFormat.TRANSPORT_CC_HEADER_LENGTH;
import static io.spillway.media.rtcp.RtcpFormat.TWO_BIT_STATUSES;

import java.nio.ByteBuffer;

/**
 * Packs arrival times into the body of one transport-wide feedback. Two steps, as deltas stand behind chunks: {@link #collect} decides what fits, {@link #write} writes it.
 *
 * <p>Times are cut to 250 µs ticks before they are subtracted, so that errors never add up. A delta over 16 bits (8.19 s), or a buffer that is full, ends the feedback early.
 */
final class TransportFeedbackWriter {

    /** Statuses in one feedback: 100 ms at 20000 packets a second; what is more goes into the next. */
    static final int MAX_STATUSES = 2048;

    private static final long NS_PER_TICK = 250_000;
    private static final int MAX_SMALL_DELTA = 255;

    /** Word alignment of the whole packet. */
    private static final int MAX_PADDING = 3;

    private final byte[] statuses = new byte[MAX_STATUSES];
    private final short[] deltas = new short[MAX_STATUSES];
    private long firstSequence;
    private int statusCount;
    private long referenceTime;

    /** Chooses the statuses from {@code first} to before {@code end} that fit into {@code room} bytes; false when no packet arrived or none fits. The last status chosen is of a packet that arrived. */
    boolean collect(long first, long end, ArrivalTimes arrivals, int room) {
        firstSequence = firstReported(first, end, arrivals);
        statusCount = 0;
        long lastTick = 0;
        int deltaBytes = 0;
        int count = (int) Math.min(end - firstSequence, MAX_STATUSES);
        for (int i = 0; i < count; i++) {
            long arrivalNs = arrivals.arrivalNs(firstSequence + i);
            if (arrivalNs == ArrivalTimes.NOT_RECEIVED) {
                statuses[i] = NOT_RECEIVED;
                continue;
            }
            long tick = Math.floorDiv(arrivalNs, NS_PER_TICK);
            if (statusCount == 0) {
                referenceTime = Math.floorDiv(tick, TICKS_PER_REFERENCE);
                lastTick = referenceTime * TICKS_PER_REFERENCE;
            }
            long delta = tick - lastTick;
            boolean small = delta >= 0 && delta <= MAX_SMALL_DELTA;
            deltaBytes += small ? 1 : 2;
            if (delta != (short) delta || mostBytes(i + 1, deltaBytes) > room) {
                break;
            }
            statuses[i] = (byte) (small ? SMALL_DELTA : LARGE_DELTA);
            deltas[i] = (short) delta;
            lastTick = tick;
            statusCount = i + 1;
        }
        return statusCount > 0;
    }

    /** The first sequence number after those chosen. */
    long nextSequence() {
        return firstSequence + statusCount;
    }

    /** Losses before the first arrival are left out when a feedback cannot hold them all: nobody repairs so old a gap, and the arrivals behind it must be told. */
    private static long firstReported(long first, long end, ArrivalTimes arrivals) {
        long arrived = first;
        while (arrived < end && arrivals.arrivalNs(arrived) == ArrivalTimes.NOT_RECEIVED) {
            arrived++;
        }
        return arrived - first < MAX_STATUSES ? first : arrived;
    }

    private static int mostBytes(int statusCount, int deltaBytes) {
        // No chunk but the last holds fewer statuses than a two-bit vector.
        int chunks = (statusCount + TWO_BIT_STATUSES - 1) / TWO_BIT_STATUSES;
        return TRANSPORT_CC_HEADER_LENGTH + 2 * chunks + deltaBytes + MAX_PADDING;
    }

    /** Writes the part after the two SSRCs at {@code buffer[from]} and gives the place after it, not yet aligned. */
    int write(ByteBuffer buffer, int from, int feedbackCount) {
        buffer.putShort(from, (short) firstSequence);
        buffer.putShort(from + 2, (short) statusCount);
        buffer.putInt(from + 4, (int) referenceTime << 8 | (feedbackCount & 0xFF));
        int at = from + 8;
        for (int i = 0; i < statusCount; at += 2) {
            i += writeChunk(buffer, at, i);
        }
        for (int i = 0; i < statusCount; i++) {
            if (statuses[i] == SMALL_DELTA) {
                buffer.put(at, (byte) deltas[i]);
                at += 1;
            } else if (statuses[i] == LARGE_DELTA) {
                buffer.putShort(at, deltas[i]);
                at += 2;
            }
        }
        return at;
    }

    /** Writes the chunk that holds the most statuses from {@code i} on, and gives how many. */
    private int writeChunk(ByteBuffer buffer, int at, int i) {
        int left = statusCount - i;
        int run = runLength(i);
        if (run == left || run >= ONE_BIT_STATUSES) {
            buffer.putShort(at, (short) (statuses[i] << 13 | run));
            return run;
        }
        int oneBit = Math.min(left, ONE_BIT_STATUSES);
        int vector = 0;
        boolean large = false;
        for (int k = 0; k < oneBit; k++) {
            large |= statuses[i + k] == LARGE_DELTA;
            vector |= statuses[i + k] << (ONE_BIT_STATUSES - 1 - k);
        }
        if (!large) {
            buffer.putShort(at, (short) (0x8000 | vector));
            return oneBit;
        }
        if (run >= TWO_BIT_STATUSES) {
            buffer.putShort(at, (short) (statuses[i] << 13 | run));
            return run;
        }
        int twoBit = Math.min(left, TWO_BIT_STATUSES);
        vector = 0;
        for (int k = 0; k < twoBit; k++) {
            vector |= statuses[i + k] << (2 * (TWO_BIT_STATUSES - 1 - k));
        }
        buffer.putShort(at, (short) (0xC000 | vector));
        return twoBit;
    }

    private int runLength(int from) {
        int limit = Math.min(statusCount, from + MAX_RUN);
        int i = from + 1;
        while (i < limit && statuses[i] == statuses[from]) {
            i++;
        }
        return i - from;
    }
}
