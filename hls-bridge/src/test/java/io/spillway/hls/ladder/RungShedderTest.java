package io.spillway.hls.ladder;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Pictures of 30 a second in virtual time, on a machine that has more or less time for them. */
class RungShedderTest {

    private static final long FRAME_NS = 33_333_333;
    private static final int RUNGS = 3;

    private final RungShedder shedder = new RungShedder();
    private long nowNs;
    private long queueNs;

    /** @param costNs of each rung and picture */
    private void run(double seconds, long costNs) {
        for (long endNs = nowNs + (long) (seconds * 1e9); nowNs < endNs; nowNs += FRAME_NS) {
            int running = RUNGS - shedder.shed();
            // What is late is decoded only.
            long spentNs = queueNs > Transcoder.LATE_NS ? 2_000_000 : running * costNs;
            queueNs = Math.max(0, queueNs + spentNs - FRAME_NS);
            shedder.onPicture(nowNs, queueNs, spentNs, RUNGS);
        }
    }

    @Test
    void shouldKeepAllWhileThereIsTime() {
        run(60, 9_000_000);
        assertEquals(0, shedder.shed());
        assertEquals(0, shedder.sheds());
        assertEquals(0.81, shedder.share(), 0.05);
    }

    @Test
    void shouldShedFromTheTopWhatThereIsNoTimeFor() {
        run(10, 15_000_000);
        assertEquals(1, shedder.shed(), "two take 30 ms of 33");
        run(10, 30_000_000);
        assertEquals(2, shedder.shed());
        run(10, 60_000_000);
        assertEquals(3, shedder.shed());
    }

    @Test
    void shouldNotShedForABurst() {
        run(5, 3_000_000);
        queueNs = 400_000_000;
        run(5, 3_000_000);
        assertEquals(0, shedder.sheds());
    }

    @Test
    void shouldBringThemBackAfterCalmAndWaitLongerWhereItDidNotLast() {
        run(10, 15_000_000);
        assertEquals(1, shedder.shed());
        run(9, 2_000_000);
        assertEquals(1, shedder.shed());
        run(3, 2_000_000);
        assertEquals(0, shedder.shed());
        run(5, 15_000_000);
        assertEquals(1, shedder.shed());
        run(12, 2_000_000);
        assertEquals(1, shedder.shed(), "did not last: twenty seconds now");
        run(10, 2_000_000);
        assertEquals(0, shedder.shed());
        assertEquals(2, shedder.sheds());
    }

    @Test
    void shouldLeaveThoseThatMustNotBeShed() {
        for (long endNs = nowNs + 20_000_000_000L; nowNs < endNs; nowNs += FRAME_NS) {
            shedder.onPicture(nowNs, 900_000_000, FRAME_NS, 2);
        }
        assertEquals(2, shedder.shed());
    }
}
