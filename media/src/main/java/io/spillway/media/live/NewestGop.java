package io.spillway.media.live;

/**
 * Where the newest group of pictures lies in a history: from the first packet of the newest keyframe's timestamp (parameter sets, delimiters)
 * to the newest packet. Repaired packets count when they come.
 */
final class NewestGop {

    static final long NONE = -1;

    /** A single keyframe tells no interval until this long has gone by without another. */
    private static final long OVERDUE_NS = 4_000_000_000L;

    private final PacketHistory history;
    private final StoredPacket probe = new StoredPacket();

    private long start = NONE;
    private int timestamp;
    private long bytes;
    private int packets;
    private long overflows;
    private boolean keyframeSeen;
    private long keyframeArrivalNs;
    private long intervalNs;

    NewestGop(PacketHistory history) {
        this.history = history;
    }

    /** Takes note of a packet just stored; {@code highest} is the highest sequence number stored. */
    void onPacket(long extSeq, int packetTimestamp, int length, boolean startsKeyframe, long arrivalNs, long highest) {
        boolean sameFrame = start != NONE && packetTimestamp == timestamp;
        if (startsKeyframe && !sameFrame && extSeq > start) {
            begin(extSeq, packetTimestamp, arrivalNs, highest);
        } else if (sameFrame && extSeq == start - 1) {
            long previous = start;
            start = firstOfFrame(extSeq);
            count(start, previous - 1);
        } else if (start != NONE && extSeq > start) {
            bytes += length;
            packets++;
        }
        if (start != NONE && !history.contains(start)) {
            clear();
            overflows++;
        }
    }

    void clear() {
        start = NONE;
        bytes = 0;
        packets = 0;
        history.keepFrom(Long.MAX_VALUE);
    }

    long start() {
        return start;
    }

    long bytes() {
        return bytes;
    }

    int packets() {
        return packets;
    }

    /** Groups given up because they outgrew the history. */
    long overflows() {
        return overflows;
    }

    /** Time between the last two keyframes, or since the last where that is longer already; 0 before two were seen. */
    long intervalNs(long nowNs) {
        long sinceNs = keyframeSeen ? nowNs - keyframeArrivalNs : 0;
        return Math.max(intervalNs, sinceNs > OVERDUE_NS ? sinceNs : 0);
    }

    private void begin(long extSeq, int keyTimestamp, long arrivalNs, long highest) {
        timestamp = keyTimestamp;
        start = firstOfFrame(extSeq);
        bytes = 0;
        packets = 0;
        long oldest = count(start, highest);
        history.keepFrom(oldest);
        if (keyframeSeen) {
            intervalNs = arrivalNs - keyframeArrivalNs;
        }
        keyframeSeen = true;
        keyframeArrivalNs = arrivalNs;
    }

    private long firstOfFrame(long extSeq) {
        long first = extSeq;
        while (history.find(first - 1, probe) && !probe.isPadding() && probe.timestamp() == timestamp) {
            first--;
        }
        return first;
    }

    /** Counts the packets of a range in and returns the position of the one that came first. */
    private long count(long first, long last) {
        long oldest = Long.MAX_VALUE;
        for (long extSeq = first; extSeq <= last; extSeq++) {
            if (history.find(extSeq, probe)) {
                oldest = Math.min(oldest, probe.position());
                bytes += probe.length();
                packets += probe.isPadding() ? 0 : 1;
            }
        }
        return oldest;
    }
}
