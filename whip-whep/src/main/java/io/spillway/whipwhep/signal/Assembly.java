package io.spillway.whipwhep.signal;

/** A message that comes in pieces. Written by the thread that reads; {@link #begunNs} by any. */
final class Assembly {

    /** An offer of the size that WHIP takes, its line breaks written as JSON writes them, and its key. */
    static final int MAX_CHARS = 80 * 1024;

    private final StringBuilder text = new StringBuilder();
    private volatile long begunNs;
    private volatile boolean begun;

    /** Whether a message has begun and is not whole yet. */
    boolean isBegun() {
        return begun;
    }

    /** When it began. */
    long begunNs() {
        return begunNs;
    }

    void begin(long nowNs) {
        begunNs = nowNs;
        begun = true;
    }

    /** Adds a piece; false when it does not fit, and all is dropped. */
    boolean add(String piece) {
        if (text.length() + piece.length() > MAX_CHARS) {
            drop();
            return false;
        }
        text.append(piece);
        return true;
    }

    /** The whole message, after its last piece. */
    String take() {
        String whole = text.toString();
        drop();
        return whole;
    }

    private void drop() {
        begun = false;
        text.setLength(0);
        text.trimToSize();
    }
}
