package io.spillway.sfu.outbound;

/** Who wants to know that a stream began, or goes on from another source. */
interface StartListener {

    /** The run's first packet was sent. */
    void onStarted(long nowNs);
}
