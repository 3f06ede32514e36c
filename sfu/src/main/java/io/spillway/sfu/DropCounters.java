package io.spillway.sfu;

import java.util.concurrent.atomic.AtomicLongArray;

/** Drops by reason. Written by the owning loop, read by anyone; a reader may lag by an instant. */
public final class DropCounters {

    private static final DropReason[] REASONS = DropReason.values();

    private final AtomicLongArray counts = new AtomicLongArray(REASONS.length);

    /** Counts one drop. Owner thread only: a plain add published without a fence. */
    public void count(DropReason reason) {
        count(reason, 1);
    }

    /** Counts {@code drops} at once, as {@link #count(DropReason)}. */
    public void count(DropReason reason, int drops) {
        int i = reason.ordinal();
        counts.setOpaque(i, counts.getPlain(i) + drops);
    }

    /** Drops counted so far for a reason. */
    public long dropped(DropReason reason) {
        return counts.getOpaque(reason.ordinal());
    }
}
