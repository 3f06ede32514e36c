package io.spillway.sfu.dtls;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs each handshake on a virtual thread; only so many exist, and only so many compute at once, so that a flood of joins leaves the media loops their cores. */
public final class VirtualThreadRunner implements HandshakeRunner {

    private final Semaphore existing;
    private final Semaphore computing;
    private final int maxQueued;
    private final AtomicInteger queued = new AtomicInteger();

    /**
     * @param atOnce handshakes under way, most of them waiting for their peer
     * @param computingAtOnce handshakes that compute
     * @param maxQueued handshakes that could compute and must wait; with more, {@link #isBehind}
     */
    public VirtualThreadRunner(int atOnce, int computingAtOnce, int maxQueued) {
        this.existing = new Semaphore(atOnce);
        this.computing = new Semaphore(computingAtOnce);
        this.maxQueued = maxQueued;
    }

    @Override
    public boolean start(Runnable handshake) {
        if (!existing.tryAcquire()) {
            return false;
        }
        Thread.ofVirtual().name("dtls-handshake").start(() -> {
            try {
                working();
                try {
                    handshake.run();
                } finally {
                    waiting();
                }
            } finally {
                existing.release();
            }
        });
        return true;
    }

    @Override
    public boolean isBehind() {
        return queued.get() > maxQueued || existing.availablePermits() == 0;
    }

    @Override
    public void waiting() {
        computing.release();
    }

    @Override
    public void working() {
        queued.incrementAndGet();
        computing.acquireUninterruptibly();
        queued.decrementAndGet();
    }
}
