package io.spillway.sfu.outbound;

/** Who counts how often viewers' pictures stood still. */
public interface FreezeListener {

    /** A picture moves again after having stood still for so long. */
    void onFreezeEnded(long durationNs);
}
