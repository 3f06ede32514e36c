package io.spillway.sfu.srtp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.spillway.testkit.Seeds;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReplayWindowTest {

    @Test
    void shouldTakeEachIndexOnceWhileItIsInside() {
        ReplayWindow window = new ReplayWindow();
        window.accept(5000);
        record Row(long index, ReplayWindow.Verdict verdict) {}
        Row[] rows = {
            new Row(5000, ReplayWindow.Verdict.REPLAYED),
            new Row(5001, ReplayWindow.Verdict.NEW),
            new Row(4999, ReplayWindow.Verdict.NEW),
            new Row(5000 - 1023, ReplayWindow.Verdict.NEW),
            new Row(5000 - 1024, ReplayWindow.Verdict.TOO_OLD),
            new Row(0, ReplayWindow.Verdict.TOO_OLD),
            new Row(1L << 47, ReplayWindow.Verdict.NEW),
        };
        for (Row row : rows) {
            assertEquals(row.verdict, window.check(row.index), "index " + row.index);
        }
    }

    /** A sender may get there by jumps that are each small enough. */
    @Test
    void shouldTakeEveryIndexThereIs() {
        ReplayWindow window = new ReplayWindow();
        for (long index = 1; index < 1L << 48; index *= 2) {
            window.accept(index + 64);
            assertEquals(ReplayWindow.Verdict.REPLAYED, window.check(index + 64));
            assertEquals(ReplayWindow.Verdict.NEW, window.check(index + 65));
        }
    }

    @Seeds(30)
    void shouldAgreeWithARememberedSet(long seed) {
        Random random = new Random(seed);
        ReplayWindow window = new ReplayWindow();
        Set<Long> seen = new HashSet<>();
        long highest = -1;
        long centre = random.nextInt(70_000);
        for (int i = 0; i < 5_000; i++) {
            centre += random.nextInt(100) == 0 ? random.nextInt(3_000) : random.nextInt(3);
            long index = Math.max(0, centre - random.nextInt(random.nextInt(10) == 0 ? 2_000 : 20));
            ReplayWindow.Verdict expected = index > highest
                    ? ReplayWindow.Verdict.NEW
                    : highest - index >= ReplayWindow.PACKETS
                            ? ReplayWindow.Verdict.TOO_OLD
                            : seen.contains(index) ? ReplayWindow.Verdict.REPLAYED : ReplayWindow.Verdict.NEW;
            assertEquals(expected, window.check(index), "index " + index + " after " + highest);
            if (expected == ReplayWindow.Verdict.NEW) {
                window.accept(index);
                seen.add(index);
                highest = Math.max(highest, index);
            }
        }
    }
}
