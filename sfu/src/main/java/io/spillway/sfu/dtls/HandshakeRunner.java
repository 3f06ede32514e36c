package io.spillway.sfu.dtls;

/** Where the blocking side of handshakes runs. */
public interface HandshakeRunner {

    /** Starts a handshake on a thread of its own; false when too many are under way, and nothing was started. */
    boolean start(Runnable handshake);

    /** Whether so many handshakes wait for a core that whoever joins now would wait too long. Any thread. */
    default boolean isBehind() {
        return false;
    }

    /** Told by a handshake's thread that it is about to wait for the network. Never blocks. */
    void waiting();

    /** Told by a handshake's thread that it is about to compute; may hold it back. */
    void working();

    /** Told by the loop after it gave a handshake something to do. Tests run in lock-step wait here; others go on. */
    default void given(HandshakeLink link) {}
}
