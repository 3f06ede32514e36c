package io.spillway.sfu.srtp;

import io.spillway.sfu.DropReason;

/** A reason told in place of a length, so that refusing allocates nothing: lengths are 0 or more, refusals below. */
public final class Refusal {

    private static final DropReason[] REASONS = DropReason.values();

    private Refusal() {}

    static int of(DropReason reason) {
        return -1 - reason.ordinal();
    }

    /** Whether a result is a refusal and no length. */
    public static boolean is(int result) {
        return result < 0;
    }

    /** The reason within a refusal. */
    public static DropReason reason(int result) {
        return REASONS[-1 - result];
    }
}
