package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.spillway.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** R8: picture ids that absorb pictures left out. */
final class PictureGapsTest {

    @Test
    void shouldCountWhatWasLeftOutBeforeAPicture() {
        var gaps = new PictureGaps(15, 10);
        assertEquals(0, gaps.before(10));
        gaps.leaveOut(11);
        gaps.leaveOut(12);
        assertEquals(2, gaps.before(13));
        gaps.leaveOut(14);
        assertEquals(List.of(0, 2, 3), List.of(gaps.before(10), gaps.before(13), gaps.before(15)));
    }

    @Test
    void shouldGoOnOverTheWrapOfEitherWidth() {
        for (int bits : new int[] {7, 15}) {
            int end = (1 << bits) - 1;
            var gaps = new PictureGaps(bits, end - 1);
            gaps.leaveOut(end);
            assertEquals(1, gaps.before(0), bits + " bits");
            gaps.leaveOut(1);
            assertEquals(2, gaps.before(2));
            assertEquals(0, gaps.before(end - 1), "a late one");
            assertEquals(1, gaps.before(0));
        }
    }

    /** Against a plain count; an answer given once is given again, for packets sent again. */
    @Seeds(40)
    void shouldAnswerTheSameWheneverAsked(long seed) {
        var random = new Random(seed);
        int first = random.nextInt(32_768);
        var gaps = new PictureGaps(15, first);
        List<int[]> answered = new ArrayList<>();
        int left = 0;
        for (int picture = 1; picture < 2_000; picture++) {
            int id = (first + picture) & 0x7FFF;
            if (random.nextInt(3) == 0) {
                gaps.leaveOut(id);
                left++;
                continue;
            }
            assertEquals(left, gaps.before(id));
            answered.add(new int[] {id, left});
            int[] again = answered.get(Math.max(0, answered.size() - 1 - random.nextInt(100)));
            assertEquals(again[1], gaps.before(again[0]));
        }
    }
}
