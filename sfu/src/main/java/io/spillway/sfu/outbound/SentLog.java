package io.spillway.sfu.outbound;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What was sent under each of the viewer's sequence numbers: where its payload is and what was rewritten, never the payload itself (R13).
 * A ring by sequence number that covers the last second, or {@link #MAX_PACKETS} where a second has more.
 */
final class SentLog {

    /** A second of 80 Mbps. More is no longer a viewer's loss but a stream that its link cannot carry. */
    static final int MAX_PACKETS = 8_192;

    /** The ring doubles rather than forget a packet younger than this. */
    private static final int KEPT_MS = 1_000;

    private static final int NONE = -1;

    private long[] outs;
    private long[] sources;
    private int[] timestamps;
    private int[] sentMs;
    private int[] resentMs;
    private byte[] resends;
    private boolean[] openings;
    private @Nullable Run[] runs;
    private int slot = NONE;

    /** @param packets what to begin with, a power of two */
    SentLog(int packets) {
        outs = new long[packets];
        Arrays.fill(outs, NONE);
        sources = new long[packets];
        timestamps = new int[packets];
        sentMs = new int[packets];
        resentMs = new int[packets];
        resends = new byte[packets];
        openings = new boolean[packets];
        runs = new @Nullable Run[packets];
    }

    /**
     * Notes a packet.
     *
     * @param out extended sequence number sent
     * @param source extended sequence number in the run's layer, or the number of a packet the run put in
     * @param opening whether it carried the extensions of a stream's first packets
     */
    void add(long out, Run run, long source, int timestamp, boolean opening, long nowNs) {
        int nowMs = millis(nowNs);
        int at = index(out);
        if (outs[at] != NONE && outs[at] != out && nowMs - sentMs[at] < KEPT_MS && outs.length < MAX_PACKETS) {
            grow();
            at = index(out);
        }
        if (outs[at] > out) {
            // Came so late that its place is taken by a younger one.
            return;
        }
        outs[at] = out;
        sources[at] = source;
        timestamps[at] = timestamp;
        sentMs[at] = nowMs;
        resends[at] = 0;
        openings[at] = opening;
        runs[at] = run;
    }

    /** Points the accessors at a packet; false when it was never sent or is no longer known. */
    boolean find(long out) {
        slot = out >= 0 && outs[index(out)] == out ? index(out) : NONE;
        return slot != NONE;
    }

    /** The found packet's number within its run. */
    long source() {
        return sources[slot];
    }

    /** The found packet's timestamp as sent. */
    int timestamp() {
        return timestamps[slot];
    }

    /** Whether the found packet carried the extensions of a stream's first packets. */
    boolean opening() {
        return openings[slot];
    }

    /** Where the found packet's payload comes from. */
    Run run() {
        Run run = runs[slot];
        if (run == null) {
            throw new IllegalStateException("no packet found");
        }
        return run;
    }

    /** How often the found packet was sent again. */
    int resends() {
        return resends[slot];
    }

    /** Time since the found packet was last sent again; {@link Long#MAX_VALUE} when it never was. */
    long sinceResendNs(long nowNs) {
        return resends[slot] == 0 ? Long.MAX_VALUE : (millis(nowNs) - resentMs[slot]) * 1_000_000L;
    }

    /** Notes that the found packet was sent again. */
    void resent(long nowNs) {
        resends[slot]++;
        resentMs[slot] = millis(nowNs);
    }

    /** Forgets every packet, so that an ended layer's memory is let go. */
    void clear() {
        Arrays.fill(outs, NONE);
        Arrays.fill(runs, null);
        slot = NONE;
    }

    private void grow() {
        int old = outs.length;
        SentLog larger = new SentLog(old * 2);
        for (int i = 0; i < old; i++) {
            if (outs[i] == NONE) {
                continue;
            }
            int at = larger.index(outs[i]);
            larger.outs[at] = outs[i];
            larger.sources[at] = sources[i];
            larger.timestamps[at] = timestamps[i];
            larger.sentMs[at] = sentMs[i];
            larger.resentMs[at] = resentMs[i];
            larger.resends[at] = resends[i];
            larger.openings[at] = openings[i];
            larger.runs[at] = runs[i];
        }
        outs = larger.outs;
        sources = larger.sources;
        timestamps = larger.timestamps;
        sentMs = larger.sentMs;
        resentMs = larger.resentMs;
        resends = larger.resends;
        openings = larger.openings;
        runs = larger.runs;
        slot = NONE;
    }

    private int index(long out) {
        return (int) out & (outs.length - 1);
    }

    private static int millis(long nowNs) {
        return (int) (nowNs / 1_000_000);
    }
}
