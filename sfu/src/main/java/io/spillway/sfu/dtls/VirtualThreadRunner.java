package io.spillway.sfu.dtls;

import java.util.concurrent.Semaphore;

/** Runs each handshake on a virtual thread; only so many exist, and only so many compute at once, so that a flood of joins leaves the media loops their cores. */
public final class VirtualThreadRunner implements HandshakeRunner {

    private final Semaphore existing;
    private final Semaphore computing;

    /**
     * @param atOnce handshakes under way, most of them waiting for their peer
     * @param computingAtOnce handshakes that compute
     */
    public VirtualThreadRunner(int atOnce, int computingAtOnce) {
        this.existing = new Semaphore(atOnce);
        this.computing = new Semaphore(computingAtOnce);
    }

    @Override
    public boolean start(Runnable handshake) {
        if (!existing.tryAcquire()) {
            return false;
        }
        Thread.ofVirtual().name("dtls-handshake").start(() -> {
            try {
                computing.acquireUninterruptibly();
                try {
                    handshake.run();
                } finally {
                    computing.release();
                }
            } finally {
                existing.release();
            }
        });
        return true;
    }

    @Override
    public void waiting() {
        computing.release();
    }

    @Override
    public void working() {
        computing.acquireUninterruptibly();
    }
}
