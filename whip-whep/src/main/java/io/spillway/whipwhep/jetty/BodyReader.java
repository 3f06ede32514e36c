package io.spillway.whipwhep.jetty;

import io.spillway.whipwhep.OfferBody;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Invocable;
import org.eclipse.jetty.util.thread.Scheduler;

/** Collects one body without holding a thread: at most {@link OfferBody#MAX_BYTES}, at most for the time given. Tells of one outcome, once. */
final class BodyReader implements Invocable.Task {

    /** What became of the body. Called on a thread that must not block. */
    interface Outcome {
        void whole(byte[] body);

        void tooLarge();

        void tooSlow();

        /** The peer broke off or framed it badly. */
        void broken();
    }

    private final Request request;
    private final Outcome outcome;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final AtomicBoolean told = new AtomicBoolean();
    private final Scheduler.Task deadline;

    private BodyReader(Request request, int timeoutMs, Outcome outcome) {
        this.request = request;
        this.outcome = outcome;
        this.deadline = request.getComponents()
                .getScheduler()
                .schedule(() -> tell(outcome::tooSlow), timeoutMs, TimeUnit.MILLISECONDS);
    }

    static void read(Request request, int timeoutMs, Outcome outcome) {
        new BodyReader(request, timeoutMs, outcome).run();
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
                request.demand(this);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                tell(outcome::broken);
                return;
            }
            // Chunks are read one at a time: only the thread that reads touches bytes.
            boolean fits = chunk.remaining() <= OfferBody.MAX_BYTES - bytes.size();
            if (fits) {
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

    private void tell(Runnable what) {
        if (told.compareAndSet(false, true)) {
            deadline.cancel();
            what.run();
        }
    }
}
