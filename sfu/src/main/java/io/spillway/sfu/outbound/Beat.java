package io.spillway.sfu.outbound;

/** The beat to which a loop does what can wait some milliseconds, such as reports: one wake serves all viewers that are due by then, and their datagrams leave by one call. */
final class Beat {

    static final long NS = 10_000_000L;

    private Beat() {}

    /** The first beat at or after a time. */
    static long atOrAfter(long ns) {
        return Math.ceilDiv(ns, NS) * NS;
    }
}
