package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Seeds;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SequenceRewriteTest {

    private static final long GONE = SequenceMap.NOT_MAPPED;

    private final SequenceMap map = new SequenceMap(0);

    @Test
    void shouldStartAtItsFirstNumberWhereverTheSourceStarts() {
        map.restart(70_000);

        assertArrayEquals(outs(0, 1, 2), mapped(70_000, 70_001, 70_002));
    }

    @Test
    void shouldKeepAGapWhenTheSourceHasOne() {
        map.restart(100);

        assertArrayEquals(outs(0, 1, 4), mapped(100, 101, 104));
    }

    @Test
    void shouldGiveALatePacketTheNumberThatWaitedForIt() {
        map.restart(100);

        assertArrayEquals(outs(0, 3, 1, 2, 4), mapped(100, 103, 101, 102, 104));
    }

    @Test
    void shouldCloseTheGapWhenAPacketIsLeftOut() {
        map.restart(100);
        mapped(100, 101);
        map.leaveOut(102);
        map.leaveOut(103);

        assertArrayEquals(outs(2, 3), mapped(104, 105));
        map.leaveOut(106);
        assertArrayEquals(outs(4, 1), mapped(107, 101));
        assertArrayEquals(new long[] {GONE, GONE, GONE}, mapped(102, 103, 106));
    }

    @Test
    void shouldKeepTheNumberOfALossJustBeforeAPacketLeftOut() {
        map.restart(100);
        mapped(100);
        map.leaveOut(102);

        assertArrayEquals(outs(2, 1), mapped(103, 101));
    }

    @Test
    void shouldLeaveTheGapWhenThePacketLeftOutComesLate() {
        map.restart(100);
        mapped(100, 102);
        map.leaveOut(101);

        assertArrayEquals(outs(3), mapped(103));
    }

    @Test
    void shouldMakeRoomForAPacketOfItsOwn() {
        map.restart(100);
        mapped(100);

        assertEquals(65_536 + 2, map.insertBefore(102), "behind the lost packet 101");
        assertArrayEquals(outs(3, 1, 4), mapped(102, 101, 103));
    }

    @Test
    void shouldMakeRoomForManyOfItsOwnWithoutForgettingLatePackets() {
        map.restart(100);
        mapped(100, 102);
        for (int i = 0; i < 500; i++) {
            assertEquals(65_536 + 3 + i, map.insertNext());
        }

        assertArrayEquals(outs(503, 1, 505, 504), mapped(103, 101, 105, 104));
    }

    @Test
    void shouldMakeRoomBeforeTheVeryFirstPacket() {
        map.restart(100);

        assertEquals(65_536, map.insertBefore(100));
        assertArrayEquals(outs(1, 2), mapped(100, 101));
    }

    @Test
    void shouldGoOnWithoutAGapWhenTheSourceChanges() {
        map.restart(100);
        mapped(100, 101, 105);
        map.restart(9);

        assertArrayEquals(new long[] {65_536 + 6, 65_536 + 7, GONE, GONE}, mapped(9, 10, 8, 3));
    }

    @Test
    void shouldGoOnOverTheWrapOfTheSource() {
        map.restart(131_070);

        assertArrayEquals(outs(0, 1, 2, 3), mapped(131_070, 131_071, 131_072, 131_073));
    }

    @Test
    void shouldGoOnOverTheWrapOfTheViewersNumber() {
        var late = new SequenceMap(65_534);
        late.restart(10);

        assertEquals(65_534, (int) late.map(10) & 0xFFFF);
        assertEquals(65_535, (int) late.map(11) & 0xFFFF);
        assertEquals(0, (int) late.map(12) & 0xFFFF);
    }

    @Test
    void shouldMapNothingBeforeASource() {
        assertArrayEquals(new long[] {GONE}, mapped(5));
    }

    @Test
    void shouldForgetOnlyTheOldestWhenPacketsAreLeftOutForEver() {
        map.restart(0);
        for (int source = 0; source < 10_000; source++) {
            if (source % 2 == 1) {
                map.leaveOut(source);
            } else {
                map.map(source);
            }
        }
        assertEquals(65_536 + 5_000, map.map(10_000));
        assertEquals(65_536 + 4_999, map.map(9_998));
        assertEquals(GONE, map.map(10));
    }

    /** Against a plain model: number the packets in source order, leave out what is left out, keep what is lost. */
    @Seeds(50)
    void shouldAgreeWithAPlainCount(long seed) {
        var random = new Random(seed);
        int first = random.nextInt(65_536);
        var tested = new SequenceMap(first);
        long expected = 65_536L + first;
        for (int run = 0; run < 20; run++) {
            long source = random.nextLong(1L << 40);
            tested.restart(source);
            int length = 1 + random.nextInt(300);
            for (int i = 0; i < length; i++, source++) {
                switch (i == 0 ? 9 : random.nextInt(10)) {
                    case 0 -> tested.leaveOut(source);
                    case 1 -> expected++;
                    case 2 -> {
                        assertEquals(expected++, tested.insertBefore(source));
                        assertEquals(expected++, tested.map(source));
                    }
                    case 3 -> {
                        long before = tested.newestOut();
                        long own = tested.insertNext();
                        assertTrue(before < own && own <= expected, "after the newest, and lost ones may still come");
                        expected++;
                        assertEquals(expected++, tested.map(source));
                    }
                    default -> assertEquals(expected++, tested.map(source));
                }
            }
            expected = tested.newestOut() + 1;
        }
    }

    private long[] mapped(long... sources) {
        long[] outs = new long[sources.length];
        for (int i = 0; i < sources.length; i++) {
            outs[i] = map.map(sources[i]);
        }
        return outs;
    }

    private static long[] outs(long... low) {
        long[] outs = new long[low.length];
        for (int i = 0; i < low.length; i++) {
            outs[i] = low[i] + 65_536;
        }
        return outs;
    }
}
