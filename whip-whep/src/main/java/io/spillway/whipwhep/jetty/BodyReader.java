package io.spillway.whipwhep.jetty;

import io.spillway.whipwhep.OfferBody;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Invocable;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/** Takes in one body without holding a thread, within bounds of size and time. Tells of one outcome, once. */
final class BodyReader implements Invocable.Task {

    /**
     * What is still read of a body that nobody wants. Closing on unread bytes resets the connection, and the reset can overtake the
     * reply; and a connection read to the end of its body can serve the next request.
     */
    private static final int MAX_UNWANTED_BYTES = 1 << 20;

    /** Enough for a round trip to anywhere and what was in flight. */
    private static final int UNWANTED_TIMEOUT_MS = 1_000;

    /** What became of the body. Called on a thread that must not block. */
    interface Outcome {
        void whole(byte[] body);

        void tooLarge();

        void tooSlow();

        /** The peer broke off or framed it badly. */
        void broken(Throwable failure);
    }

    private final Request request;
    private final boolean wanted;
    private final int maxBytes;
    private final int timeoutMs;
    private final Outcome outcome;
    private final AtomicBoolean told = new AtomicBoolean();

    // One chunk is asked for at a time: only the thread that reads it touches these.
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(0);
    private int readBytes;
    private Scheduler.@Nullable Task deadline;

    private BodyReader(Request request, boolean wanted, int maxBytes, int timeoutMs, Outcome outcome) {
        this.request = request;
        this.wanted = wanted;
        this.maxBytes = maxBytes;
        this.timeoutMs = timeoutMs;
        this.outcome = outcome;
    }

    /** Collects an offer or a fragment. */
    static void read(Request request, int timeoutMs, Outcome outcome) {
        new BodyReader(request, true, OfferBody.MAX_BYTES, timeoutMs, outcome).run();
    }

    /** Reads past what is left of a body whose request is already answered, then runs {@code done}. */
    static void skip(Request request, Runnable done) {
        new BodyReader(request, false, MAX_UNWANTED_BYTES, UNWANTED_TIMEOUT_MS, new Outcome() {
                    @Override
                    public void whole(byte[] body) {
                        done.run();
                    }

                    @Override
                    public void tooLarge() {
                        done.run();
                    }

                    @Override
                    public void tooSlow() {
                        done.run();
                    }

                    @Override
                    public void broken(Throwable failure) {
                        done.run();
                    }
                })
                .run();
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }

    @Override
    public void run() {
        while (!told.get()) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                awaitMore();
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                Throwable failure = chunk.getFailure();
                tell(() -> outcome.broken(failure));
                return;
            }
            readBytes += chunk.remaining();
            boolean fits = readBytes <= maxBytes;
            if (fits && wanted) {
                byte[] part = new byte[chunk.remaining()];
                chunk.getByteBuffer().get(part);
                bytes.writeBytes(part);
            }
            boolean last = chunk.isLast();
            chunk.release();
            if (!fits) {
                tell(outcome::tooLarge);
            } else if (last) {
                tell(() -> outcome.whole(bytes.toByteArray()));
            }
        }
    }

    private void awaitMore() {
        if (deadline == null) {
            deadline = request.getComponents()
                    .getScheduler()
                    .schedule(() -> tell(outcome::tooSlow), timeoutMs, TimeUnit.MILLISECONDS);
        }
        request.demand(this);
    }

    private void tell(Runnable what) {
        if (told.compareAndSet(false, true)) {
            Scheduler.Task timer = deadline;
            if (timer != null) {
                timer.cancel();
            }
            what.run();
        }
    }
}
