package io.spillway.sfu.loop;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What one loop handed to the kernel: system calls, the messages in them, the datagrams that the kernel cut those into. How well sending is
 * batched is seen from their ratios. Written by the loop, read by anyone; a reader may lag by an instant.
 */
public final class SendCounter {

    private static final int CALLS = 0;
    private static final int MESSAGES = 1;
    private static final int DATAGRAMS = 2;
    private static final int BYTES = 3;

    private final AtomicLongArray counts = new AtomicLongArray(4);

    /** The kernel was called once. Owner thread only: plain adds, published without a fence. */
    public void call() {
        add(CALLS, 1);
    }

    /** It took a message of so many datagrams and bytes. Owner thread only. */
    public void message(int datagrams, int bytes) {
        add(MESSAGES, 1);
        add(DATAGRAMS, datagrams);
        add(BYTES, bytes);
    }

    /** System calls. */
    public long calls() {
        return counts.getOpaque(CALLS);
    }

    /** Messages in them. */
    public long messages() {
        return counts.getOpaque(MESSAGES);
    }

    /** Datagrams, as they are on the wire. */
    public long datagrams() {
        return counts.getOpaque(DATAGRAMS);
    }

    /** Bytes of all datagrams, without headers below UDP's payload. */
    public long bytes() {
        return counts.getOpaque(BYTES);
    }

    private void add(int what, int by) {
        counts.setOpaque(what, counts.getPlain(what) + by);
    }
}
