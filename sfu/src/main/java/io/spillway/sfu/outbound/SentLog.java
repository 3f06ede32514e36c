package io.spillway.sfu.outbound;

import io.spillway.media.live.Layer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What was sent under each of the viewer's sequence numbers: where its payload is and what was rewritten, never the payload itself (R13).
 * A ring by sequence number that covers the last second, or {@link #MAX_PACKETS} where a second has more; two words a packet, side by side.
 *
 * <pre>
 *   first    source 44 | run 16 | resends 2 | opening 1 | used 1        source: extended number in the run's layer
 *   second   timestamp 32 | sent 16 | number 16                         sent: in units of 8 ms, modulo 9 minutes; number: the viewer's
 * </pre>
 */
final class SentLog {

    /** A second of 80 Mbps. More is no longer a viewer's loss but a stream that its link cannot carry. */
    static final int MAX_PACKETS = 8_192;

    /** More than a second of Opus in 20 ms packets; it doubles with the rate. */
    private static final int FIRST_PACKETS = 64;

    /** What may come from different runs and still be sent again. A run begins with a layer, a publisher, a keyframe at most. */
    private static final int RUNS = 32;

    private static final int RUN_MASK = 0xFFFF;
    private static final int SOURCE_SHIFT = 20;
    private static final int RUN_SHIFT = 4;
    private static final int RESENDS_SHIFT = 2;
    private static final int RESENDS_MASK = 3;
    private static final int OPENING = 2;
    private static final int USED = 1;

    private static final int TIMESTAMP_SHIFT = 32;
    private static final int SENT_SHIFT = 16;

    /** 8.4 ms. */
    private static final int NS_TO_UNIT_SHIFT = 23;

    /** The ring doubles rather than forget a packet younger than this, about a second. */
    private static final int KEPT_UNITS = 120;

    /** So many places are found free by a look at one: the last of them, which is the youngest. Each look is at memory that nobody has touched for a second. */
    private static final int AHEAD = 16;

    /** No packet, or no number. */
    static final int NONE = -1;

    private long[] words = {};

    /** When a packet was last sent again, ms; no memory before the first is. */
    private int[] resentMs = {};

    /** Transport-wide numbers of packets that are sent again as they were; no memory before the first is. */
    private short[] transportNumbers = {};

    private final @Nullable Run[] runs = new @Nullable Run[RUNS];
    /** The highest number noted. */
    private long newest = NONE;

    /** Numbers up to here, beyond the newest, may take their places without a look. */
    private long freeUntil;

    private int newestNumber;
    private @Nullable Run lastRun;
    private int lastRunNumber;
    private int slot = NONE;

    /**
     * Notes a packet.
     *
     * @param out extended sequence number sent
     * @param source extended sequence number in the run's layer, or the number of a packet the run put in
     * @param opening whether it carried the extensions of a stream's first packets
     * @param transportNumber the transport-wide number it carried, 0..65535, or {@link #NONE} where that need not be known again
     */
    void add(long out, Run run, long source, int timestamp, boolean opening, int transportNumber, long nowNs) {
        short now = units(nowNs);
        if (words.length == 0) {
            words = new long[2 * FIRST_PACKETS];
        }
        boolean late = out <= newest;
        if (late || out >= freeUntil) {
            makeRoom(out, now);
        }
        newest = Math.max(newest, out);
        int at = index(out);
        if (late && isUsed(at) && (short) (number(at) - (short) out) > 0) {
            // Came so late that its place is taken by a younger one.
            return;
        }
        words[at] = (source << SOURCE_SHIFT) | ((long) numberOf(run) << RUN_SHIFT) | (opening ? OPENING : 0) | USED;
        words[at + 1] = ((long) timestamp << TIMESTAMP_SHIFT) | ((long) (now & 0xFFFF) << SENT_SHIFT) | (out & 0xFFFF);
        if (transportNumber != NONE) {
            if (transportNumbers.length == 0) {
                transportNumbers = new short[capacity()];
            }
            transportNumbers[at / 2] = (short) transportNumber;
        }
    }

    /** Points the accessors at a packet; false when it was never sent or is no longer known. */
    boolean find(long out) {
        slot = NONE;
        if (out >= 0 && words.length > 0) {
            int at = index(out);
            if (isUsed(at) && number(at) == (short) out && runAt(at) != null) {
                slot = at;
            }
        }
        return slot != NONE;
    }

    /** The found packet's number within its run. */
    long source() {
        return words[slot] >>> SOURCE_SHIFT;
    }

    /** The found packet's timestamp as sent. */
    int timestamp() {
        return (int) (words[slot + 1] >>> TIMESTAMP_SHIFT);
    }

    /** Whether the found packet carried the extensions of a stream's first packets. */
    boolean opening() {
        return (words[slot] & OPENING) != 0;
    }

    /** The transport-wide number that the found packet carried; {@link #NONE} where none was noted. */
    int transportNumber() {
        return transportNumbers.length == 0 ? NONE : transportNumbers[slot / 2] & 0xFFFF;
    }

    /** Where the found packet's payload comes from. */
    Run run() {
        Run run = slot == NONE ? null : runAt(slot);
        if (run == null) {
            throw new IllegalStateException("no packet found");
        }
        return run;
    }

    /** How often the found packet was sent again, 0..3. */
    int resends() {
        return (int) (words[slot] >>> RESENDS_SHIFT) & RESENDS_MASK;
    }

    /** Time since the found packet was last sent again; {@link Long#MAX_VALUE} when it never was. */
    long sinceResendNs(long nowNs) {
        return resends() == 0 ? Long.MAX_VALUE : (millis(nowNs) - resentMs[slot / 2]) * 1_000_000L;
    }

    /** Notes that the found packet was sent again. */
    void resent(long nowNs) {
        if (resentMs.length == 0) {
            resentMs = new int[capacity()];
        }
        words[slot] += 1L << RESENDS_SHIFT;
        resentMs[slot / 2] = millis(nowNs);
    }

    /** Forgets every packet, so that an ended layer's memory is let go. */
    void clear() {
        Arrays.fill(words, 0);
        Arrays.fill(runs, null);
        lastRun = null;
        slot = NONE;
    }

    /** Forgets what came of other layers than this, for the same reason. */
    void forgetAllBut(Layer layer) {
        for (int i = 0; i < RUNS; i++) {
            Run run = runs[i];
            if (run != null && run.layer() != layer) {
                runs[i] = null;
            }
        }
        lastRun = null;
        slot = NONE;
    }

    /** Doubles rather than give a place away that is needed still. */
    private void makeRoom(long out, short now) {
        while (capacity() < MAX_PACKETS && number(index(out)) != (short) out && isYoung(index(out), now)) {
            grow();
        }
        int last = index(out + AHEAD - 1);
        freeUntil = isUsed(last) && !isYoung(last, now) ? out + AHEAD : out + 1;
    }

    private boolean isYoung(int at, short now) {
        return isUsed(at) && ((now - sent(at)) & 0xFFFF) < KEPT_UNITS;
    }

    private void grow() {
        long[] old = words;
        int[] oldResentMs = resentMs;
        short[] oldTransportNumbers = transportNumbers;
        words = new long[2 * old.length];
        resentMs = new int[oldResentMs.length == 0 ? 0 : capacity()];
        transportNumbers = new short[oldTransportNumbers.length == 0 ? 0 : capacity()];
        for (int from = 0; from < old.length; from += 2) {
            if ((old[from] & USED) == 0) {
                continue;
            }
            int to = index(old[from + 1]);
            words[to] = old[from];
            words[to + 1] = old[from + 1];
            if (resentMs.length > 0) {
                resentMs[to / 2] = oldResentMs[from / 2];
            }
            if (transportNumbers.length > 0) {
                transportNumbers[to / 2] = oldTransportNumbers[from / 2];
            }
        }
        slot = NONE;
    }

    /** The number under which a run is known here: a new one, unless it is among the last. */
    private int numberOf(Run run) {
        if (run == lastRun) {
            return lastRunNumber;
        }
        lastRun = run;
        for (int i = 0; i < RUNS; i++) {
            int number = (newestNumber - i) & RUN_MASK;
            if (runs[number % RUNS] == run) {
                lastRunNumber = number;
                return number;
            }
        }
        newestNumber = (newestNumber + 1) & RUN_MASK;
        runs[newestNumber % RUNS] = run;
        lastRunNumber = newestNumber;
        return newestNumber;
    }

    private @Nullable Run runAt(int at) {
        int number = (int) (words[at] >>> RUN_SHIFT) & RUN_MASK;
        return ((newestNumber - number) & RUN_MASK) < RUNS ? runs[number % RUNS] : null;
    }

    private boolean isUsed(int at) {
        return (words[at] & USED) != 0;
    }

    private short number(int at) {
        return (short) words[at + 1];
    }

    private short sent(int at) {
        return (short) (words[at + 1] >>> SENT_SHIFT);
    }

    private int capacity() {
        return words.length / 2;
    }

    private int index(long out) {
        return ((int) out & (capacity() - 1)) * 2;
    }

    private static short units(long nowNs) {
        return (short) (nowNs >>> NS_TO_UNIT_SHIFT);
    }

    private static int millis(long nowNs) {
        return (int) (nowNs / 1_000_000);
    }
}
