package io.spillway.whipwhep.signal;

/** The connection below a {@link SignalSocket}. Called from any thread; none of it blocks. */
public interface Wire {

    /** {@link SignalSocket#next} may have something, or {@link SignalSocket#goodbye} is there. */
    void wake();

    /** Asks the peer for a sign of life. */
    void ping();

    /** Ends without another word. */
    void cut();
}
