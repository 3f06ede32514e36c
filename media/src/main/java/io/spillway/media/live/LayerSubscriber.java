package io.spillway.media.live;

/** Who reads a layer on the layer's own loop. */
public interface LayerSubscriber {

    /**
     * Packets came, in order of arrival; each can be found in the layer's history until the call returns, padding among them.
     *
     * @param extSeqs extended sequence numbers, the first {@code count} of them; borrowed for the call
     */
    void onBurst(Layer layer, long[] extSeqs, int count, long nowNs);

    /** {@link #onBurst} broke an invariant of the reader's own. The publisher and all other readers go on; the reader should leave. */
    default void onDefect(RuntimeException defect, long nowNs) {
        throw defect;
    }
}
