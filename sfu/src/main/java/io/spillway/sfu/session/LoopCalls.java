package io.spillway.sfu.session;

import io.spillway.sfu.Rejected;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks the loop from other threads, and waits for what it says. */
final class LoopCalls {

    /** A loop that does not come round in this time is overloaded; OBS waits 8 s in all (W3). */
    private static final long PATIENCE_MS = 3000;

    private final Executor loop;

    LoopCalls(Executor loop) {
        this.loop = loop;
    }

    /** What is asked; runs on the loop. */
    @FunctionalInterface
    interface Question<T> {
        T ask() throws Rejected;
    }

    /** The loop's answer. @throws Rejected what the question threw, or 503 when the loop does not come round */
    <T> T ask(Question<T> question) throws Rejected {
        CompletableFuture<T> answer = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                answer.complete(question.ask());
            } catch (Rejected | RuntimeException refused) {
                answer.completeExceptionally(refused);
            }
        });
        try {
            return answer.get(PATIENCE_MS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof Rejected refused) {
                throw refused;
            }
            throw new IllegalStateException("the media loop failed a request", failed.getCause());
        } catch (TimeoutException overloaded) {
            throw new Rejected(503, "overloaded", "The server is busier than it can answer; try again shortly.", 2);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Rejected(503, "stopping", "The server is stopping.", 5);
        }
    }

    /** As {@link #ask} for what is only read; an overloaded loop is an exception here. */
    <T> T read(Question<T> question) {
        try {
            return ask(question);
        } catch (Rejected refused) {
            throw new IllegalStateException(refused.sentence(), refused);
        }
    }
}
