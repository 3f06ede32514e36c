package io.spillway.bench.load;

import io.spillway.bench.linux.CurrentThread;
import io.spillway.sfu.dtls.HandshakeRunner;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Threads for what blocks or computes long, HTTP and handshakes: they give way to the loop, whose times are measured. */
final class BlockingThreads implements HandshakeRunner, AutoCloseable {

    /** Handshakes and requests at once; most wait for the server. */
    private static final int MOST = 1_024;

    private static final int IDLE_SECONDS = 5;
    private static final int STACK_BYTES = 256 * 1024;

    private final ExecutorService threads = new ThreadPoolExecutor(
            0, MOST, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), BlockingThreads::thread);

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(
                null,
                () -> {
                    CurrentThread.yieldToOthers();
                    work.run();
                },
                "load-blocking",
                STACK_BYTES);
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public boolean start(Runnable work) {
        try {
            threads.execute(work);
            return true;
        } catch (RejectedExecutionException full) {
            return false;
        }
    }

    @Override
    public void waiting() {}

    @Override
    public void working() {}

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
