package io.spillway.sfu.session;

import java.util.concurrent.atomic.AtomicLongArray;

/** Datagrams that came to one loop's socket. Written by the loop, read by anyone; a reader may lag by an instant. */
final class ReceiveCounter {

    private static final int DATAGRAMS = 0;
    private static final int BYTES = 1;

    private final AtomicLongArray counts = new AtomicLongArray(2);

    /** Owner thread only: plain adds, published without a fence. */
    void add(int bytes) {
        counts.setOpaque(DATAGRAMS, counts.getPlain(DATAGRAMS) + 1);
        counts.setOpaque(BYTES, counts.getPlain(BYTES) + bytes);
    }

    long datagrams() {
        return counts.getOpaque(DATAGRAMS);
    }

    long bytes() {
        return counts.getOpaque(BYTES);
    }
}
