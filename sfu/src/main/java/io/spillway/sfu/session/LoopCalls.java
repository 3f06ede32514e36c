package io.spillway.sfu.session;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks loops from other threads, all at once, and waits for what they say. */
final class LoopCalls {

    /** A loop that does not come round in this time is overloaded; OBS waits 8 s in all (W3). */
    private static final long PATIENCE_MS = 3000;

    private final Loops loops;

    LoopCalls(Loops loops) {
        this.loops = loops;
    }

    /** What is asked; runs on the loop. */
    @FunctionalInterface
    interface Question<T> {
        T ask(SfuCore core, long nowNs);
    }

    /** Asks loops; gives what those said that came round in time. */
    <T> List<T> ask(List<Integer> asked, Question<T> question) {
        List<CompletableFuture<T>> answers = new ArrayList<>();
        for (int loop : asked) {
            CompletableFuture<T> answer = new CompletableFuture<>();
            answers.add(answer);
            loops.post(loop, (core, nowNs) -> {
                try {
                    answer.complete(question.ask(core, nowNs));
                } catch (RuntimeException defect) {
                    answer.completeExceptionally(defect);
                }
            });
        }
        await(CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new)));
        return answers.stream()
                .filter(answer -> answer.state() == java.util.concurrent.Future.State.SUCCESS)
                .map(CompletableFuture::resultNow)
                .toList();
    }

    private static void await(CompletableFuture<?> all) {
        try {
            all.get(PATIENCE_MS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            throw new IllegalStateException("a media loop failed a request", failed.getCause());
        } catch (TimeoutException overloaded) {
            // What was asked for happens when the loop comes round; what it would have said is missing.
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
