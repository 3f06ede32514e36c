package io.spillway.media.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.memory.Poison;
import io.spillway.testkit.Seeds;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HandoverRingTest {

    private static final int CAPACITY = 1024;

    private final HandoverRing ring = new HandoverRing(CAPACITY);
    private final List<Integer> read = new ArrayList<>();

    @Test
    void shouldShowNothingBeforeItIsPublished() {
        assertTrue(write(ring, 1, 8));
        drain();
        assertEquals(List.of(), read);
        assertTrue(ring.publish());
        assertFalse(ring.publish(), "nothing new");
        drain();
        assertEquals(List.of(1), read);
    }

    @Test
    void shouldTakeBackWhatWasWrittenSinceTheMark() {
        write(ring, 1, 8);
        ring.mark();
        write(ring, 2, 8);
        write(ring, 3, 100);
        ring.takeBack();
        write(ring, 4, 8);
        ring.publish();
        drain();
        assertEquals(List.of(1, 4), read);
    }

    @Test
    void shouldRefuseWhatDoesNotFitAndTakeItWhenThereIsRoom() {
        int written = 0;
        while (write(ring, written, 56)) {
            written++;
        }
        assertEquals(CAPACITY / 64, written);
        ring.publish();
        assertFalse(write(ring, 99, 1));
        drain();
        assertEquals(written, read.size());
        assertTrue(write(ring, 100, 56));
    }

    @Test
    void shouldLeaveTheSecondHalfToThoseThatStrangersCannotCause() {
        int written = 0;
        while (ring.claimFromHalf(1, 56) >= 0) {
            written++;
        }
        assertTrue(written >= CAPACITY / 128 && written <= CAPACITY / 128 + 1, written + " records");
        assertTrue(ring.claim(2, 56) >= 0);
    }

    @Test
    void shouldGoOnBehindARecordWhoseReaderThrows() {
        write(ring, 1, 8);
        write(ring, 2, 8);
        ring.publish();
        assertThrows(
                IllegalStateException.class,
                () -> ring.drain((kind, bytes, offset) -> {
                    throw new IllegalStateException();
                }));
        drain();
        assertEquals(List.of(2), read);
    }

    @Test
    void shouldSpoilWhatWasRead() {
        write(ring, 1, 8);
        ring.publish();
        int[] at = new int[1];
        ring.drain((kind, bytes, offset) -> at[0] = offset);
        assertTrue(Poison.isOver(ring.buffer(), at[0], at[0] + 8));
    }

    @Seeds(20)
    void shouldKeepOrderAndContentOverManyLaps(long seed) {
        Random random = new Random(seed);
        Queue<Integer> expected = new ArrayDeque<>();
        for (int i = 0; i < 10_000; i++) {
            int length = 4 + random.nextInt(200);
            if (write(ring, i, length)) {
                expected.add(i);
            }
            if (random.nextInt(3) == 0) {
                ring.publish();
            }
            if (random.nextInt(4) == 0) {
                drain();
            }
        }
        ring.publish();
        drain();
        assertEquals(List.copyOf(expected), read);
    }

    @Test
    void shouldCrossFromThreadToThread() throws InterruptedException {
        int records = 200_000;
        HandoverRing shared = new HandoverRing(4096);
        AtomicLong sum = new AtomicLong();
        Thread reader = Thread.ofPlatform().start(() -> {
            int[] next = {0};
            while (next[0] < records) {
                shared.drain((kind, bytes, offset) -> {
                    if (kind != next[0] || bytes.getInt(offset) != kind) {
                        throw new AssertionError("record " + kind + " in place of " + next[0]);
                    }
                    sum.addAndGet(kind);
                    next[0]++;
                });
                Thread.onSpinWait();
            }
        });
        for (int i = 0; i < records; i++) {
            while (!write(shared, i, 4 + i % 90)) {
                Thread.onSpinWait();
            }
            shared.publish();
        }
        reader.join(60_000);
        assertFalse(reader.isAlive());
        assertEquals((long) records * (records - 1) / 2, sum.get());
    }

    private static boolean write(HandoverRing into, int kind, int length) {
        int at = into.claim(kind, length);
        if (at >= 0 && length >= Integer.BYTES) {
            into.buffer().putInt(at, kind);
        }
        return at >= 0;
    }

    private void drain() {
        ring.drain((kind, bytes, offset) -> {
            assertEquals(kind, bytes.getInt(offset));
            read.add(kind);
        });
    }
}
