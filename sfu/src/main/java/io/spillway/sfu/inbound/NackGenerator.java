package io.spillway.sfu.inbound;

/**
 * Which sequence numbers of one source to ask for again, and when. A gap is asked for at once, unless a short wait costs little beside the round
 * trip and the packet may just be reordered (R16); then once a round trip, on a 40 ms grid, up to ten times (R15).
 */
final class NackGenerator {

    /** More gaps than this are no loss to repair but an outage: a keyframe is cheaper. */
    static final int MAX_OPEN = 1000;

    /** How often one packet is asked for. */
    static final int MAX_TRIES = 10;

    /** How often while the publisher has never yet answered {@link #SILENCE} packets in a row (O7). */
    static final int TRIES_WHEN_SILENT = 1;

    /** Given up this often without one repair between, NACKs of this source lead nowhere. */
    static final int SILENCE = 8;

    /** Packets that may overtake another without a NACK. */
    static final int REORDERING = 2;

    /** Retries are sent at most this often, so that their datagrams stay few whatever is lost (F5). */
    static final long GRID_NS = 40_000_000L;

    /** The longest wait for a reordered packet. */
    private static final long MAX_HOLD_NS = 10_000_000L;

    /** A wait adds at most this part of the round trip to a repair; with the next, below 8 ms of it nothing is held. */
    private static final int HOLD_DIVISOR = 8;

    private static final long MIN_HOLD_NS = 1_000_000L;
    private static final long NEVER = Long.MAX_VALUE;

    private final RttEstimate rtt;

    /** Open gaps, ascending. */
    private final long[] missing = new long[MAX_OPEN];

    private final long[] since = new long[MAX_OPEN];
    private final int[] tries = new int[MAX_OPEN];
    private int open;

    private long highest = -1;
    private long nextRetryNs = Long.MIN_VALUE;
    private long deadlineNs = NEVER;
    private int givenUpInARow;
    private long newestGivenUp = -1;
    private long asked;
    private long repaired;
    private long givenUp;

    NackGenerator(RttEstimate rtt) {
        this.rtt = rtt;
    }

    /** Notes that a packet of this source came, directly or by RTX. */
    void onPacket(long extSeq, long nowNs) {
        if (highest < 0) {
            highest = extSeq;
        } else if (extSeq > highest) {
            openGap(highest + 1, extSeq, nowNs);
            highest = extSeq;
        } else {
            closeGap(extSeq, nowNs);
        }
    }

    /**
     * Collects what is to be asked for now, ascending, into {@code out}, which holds {@link #MAX_OPEN}; each counts as asked for.
     *
     * @return how many
     */
    int collect(long nowNs, long[] out) {
        long rttNs = rtt.rttNs();
        boolean retriesAllowed = nowNs >= nextRetryNs;
        int maxTries = givenUpInARow >= SILENCE ? TRIES_WHEN_SILENT : MAX_TRIES;
        int due = 0;
        int kept = 0;
        deadlineNs = NEVER;
        for (int i = 0; i < open; i++) {
            boolean retry = tries[i] > 0;
            long dueNs = since[i] + (retry ? rttNs : holdNs(missing[i], rttNs));
            boolean isDue = nowNs >= dueNs && (!retry || retriesAllowed);
            if (isDue && tries[i] >= maxTries) {
                giveUp(missing[i]);
                continue;
            }
            if (isDue) {
                out[due++] = missing[i];
                tries[i]++;
                since[i] = nowNs;
                if (retry) {
                    nextRetryNs = nowNs + GRID_NS;
                }
                dueNs = nowNs + rttNs;
                retry = true;
            }
            deadlineNs = Math.min(deadlineNs, retry ? Math.max(dueNs, nextRetryNs) : dueNs);
            keep(i, kept++);
        }
        open = kept;
        asked += due;
        return due;
    }

    /** When {@link #collect} has something to do; {@code Long.MAX_VALUE} for never. */
    long nextDeadlineNs() {
        if (newestGivenUp >= 0) {
            return Long.MIN_VALUE;
        }
        return open == 0 ? NEVER : deadlineNs;
    }

    /** Forgets all gaps, as at a break of the sequence. */
    void restart() {
        highest = -1;
        open = 0;
        newestGivenUp = -1;
    }

    /** The highest sequence number given up since the last call, -1 for none: whoever needs it needs a keyframe after it. */
    long takeGivenUp() {
        long newest = newestGivenUp;
        newestGivenUp = -1;
        return newest;
    }

    int open() {
        return open;
    }

    /** Sequence numbers asked for, each try counted. */
    long asked() {
        return asked;
    }

    /** Packets that came after they had been asked for. */
    long repaired() {
        return repaired;
    }

    /** Packets given up. */
    long givenUp() {
        return givenUp;
    }

    private void openGap(long from, long to, long nowNs) {
        if (open + (to - from) > MAX_OPEN) {
            givenUp += open + (to - from);
            newestGivenUp = to - 1;
            open = 0;
            return;
        }
        for (long extSeq = from; extSeq < to; extSeq++) {
            missing[open] = extSeq;
            since[open] = nowNs;
            tries[open] = 0;
            open++;
        }
        deadlineNs = Math.min(deadlineNs, nowNs);
    }

    private void closeGap(long extSeq, long nowNs) {
        int i = indexOf(extSeq);
        if (i < 0) {
            return;
        }
        if (tries[i] > 0) {
            repaired++;
            givenUpInARow = 0;
            if (tries[i] == 1) {
                rtt.onSample(nowNs - since[i]);
            }
        }
        int after = open - i - 1;
        System.arraycopy(missing, i + 1, missing, i, after);
        System.arraycopy(since, i + 1, since, i, after);
        System.arraycopy(tries, i + 1, tries, i, after);
        open--;
    }

    private void giveUp(long extSeq) {
        givenUp++;
        givenUpInARow++;
        newestGivenUp = Math.max(newestGivenUp, extSeq);
    }

    private void keep(int from, int to) {
        missing[to] = missing[from];
        since[to] = since[from];
        tries[to] = tries[from];
    }

    /** How long a gap waits for a reordered packet: not at all once three later packets came, or where the round trip is short. */
    private long holdNs(long extSeq, long rttNs) {
        if (highest - extSeq > REORDERING) {
            return 0;
        }
        long holdNs = Math.min(rttNs / HOLD_DIVISOR, MAX_HOLD_NS);
        return holdNs < MIN_HOLD_NS ? 0 : holdNs;
    }

    private int indexOf(long extSeq) {
        int low = 0;
        int high = open - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (missing[middle] < extSeq) {
                low = middle + 1;
            } else if (missing[middle] > extSeq) {
                high = middle - 1;
            } else {
                return middle;
            }
        }
        return -1;
    }
}
