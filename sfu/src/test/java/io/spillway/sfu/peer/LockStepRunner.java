package io.spillway.sfu.peer;

import io.spillway.sfu.dtls.HandshakeLink;
import io.spillway.sfu.dtls.HandshakeRunner;

/** Runs handshakes so that the caller goes on only when they wait: virtual time stands still while they compute. */
public final class LockStepRunner implements HandshakeRunner {

    /** Whether it says that handshakes queue. */
    public boolean behind;

    @Override
    public boolean isBehind() {
        return behind;
    }

    @Override
    public boolean start(Runnable handshake) {
        Thread.ofVirtual().name("dtls-handshake").start(handshake);
        return true;
    }

    @Override
    public void waiting() {}

    @Override
    public void working() {}

    @Override
    public void given(HandshakeLink link) {
        link.awaitIdle();
    }
}
