package io.spillway.sfu.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandQueueTest {

    private final CommandQueue queue = new CommandQueue();
    private final List<Integer> ran = new ArrayList<>();

    @Test
    void shouldRunInOrderAndLeaveWhatIsAddedMeanwhileForTheNextCall() {
        queue.add(() -> {
            ran.add(1);
            queue.add(() -> ran.add(3));
        });
        queue.add(() -> ran.add(2));
        queue.run(Runnable::run);
        assertEquals(List.of(1, 2), ran);
        assertFalse(queue.isEmpty());
        queue.run(Runnable::run);
        assertEquals(List.of(1, 2, 3), ran);
        assertTrue(queue.isEmpty());
    }

    @Test
    void shouldKeepTheOrderBeyondTheRing() {
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 10_000; i++) {
                int number = i;
                queue.add(() -> ran.add(number));
            }
            queue.run(Runnable::run);
            assertTrue(queue.isEmpty());
            assertEquals(IntStream.range(0, 10_000).boxed().toList(), ran);
            ran.clear();
        }
    }

    /** A ring that is always full has producers stopped at every point of both ways in. */
    @ParameterizedTest
    @ValueSource(ints = {4096, 2})
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void shouldKeepEachProducersOrderWhileAllAdd(int capacity) throws InterruptedException {
        CommandQueue queue = new CommandQueue(capacity);
        int producers = 8;
        int each = 100_000;
        int[] next = new int[producers];
        int[] left = {producers * each};
        List<Thread> threads = new ArrayList<>();
        for (int p = 0; p < producers; p++) {
            int producer = p;
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < each; i++) {
                    int number = i;
                    queue.add(() -> {
                        assertEquals(next[producer], number);
                        next[producer]++;
                        left[0]--;
                    });
                }
            }));
        }
        while (left[0] > 0) {
            queue.run(Runnable::run);
            Thread.onSpinWait();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertTrue(queue.isEmpty());
    }
}
