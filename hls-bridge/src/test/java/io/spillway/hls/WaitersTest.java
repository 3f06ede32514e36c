package io.spillway.hls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who is looked at when, and what they are told (H25, H37). */
class WaitersTest {

    private static final HlsReply LATE = HlsReply.problem(503, "late", "");
    private static final HlsReply HERE = HlsReply.problem(200, "here", "");
    private static final long UNTIL_NS = 9_000;

    private final List<Runnable> writers = new ArrayList<>();
    private final Waiters waiters = new Waiters(writers::add, () -> LATE);
    private final List<HlsReply> told = new ArrayList<>();
    private int looks;
    private @Nullable HlsReply reply;

    private @Nullable HlsReply look() {
        looks++;
        return reply;
    }

    private void add(int count) {
        for (int i = 0; i < count; i++) {
            waiters.add(UNTIL_NS, _ -> look(), told::add);
        }
    }

    private void write() {
        writers.forEach(Runnable::run);
        writers.clear();
    }

    @Test
    void shouldLookAtThemWhenTheyComeAndWhenSomethingChanged() {
        add(2);
        waiters.serve(Snapshot.EMPTY, false, 0);
        assertEquals(2, looks);
        waiters.serve(Snapshot.EMPTY, false, 1);
        assertEquals(2, looks, "nothing has changed");
        add(1);
        waiters.serve(Snapshot.EMPTY, false, 2);
        assertEquals(3, looks, "at who came");
        waiters.serve(Snapshot.EMPTY, true, 3);
        assertEquals(6, looks, "at all");
        assertEquals(0, writers.size());
    }

    /** What changes between the look of who asks and its being added is not missed. */
    @Test
    void shouldAnswerWhoComesTooLateToWait() {
        reply = HERE;
        add(1);
        waiters.serve(Snapshot.EMPTY, false, 0);
        write();
        assertEquals(List.of(HERE), told);
    }

    @Test
    void shouldTellAThousandTheSameOnAFewThreads() {
        add(1_000);
        waiters.serve(Snapshot.EMPTY, false, 0);
        reply = HERE;
        waiters.serve(Snapshot.EMPTY, true, 1);
        assertEquals(8, writers.size());
        write();
        assertEquals(1_000, told.size());
        told.forEach(each -> assertSame(HERE, each));
        waiters.serve(Snapshot.EMPTY, true, UNTIL_NS);
        assertEquals(2_000, looks, "and forget them");
    }

    @Test
    void shouldEndTheirWaitInTime() {
        add(1);
        waiters.serve(Snapshot.EMPTY, false, UNTIL_NS - 1);
        write();
        assertEquals(List.of(), told);
        waiters.serve(Snapshot.EMPTY, false, UNTIL_NS);
        write();
        assertEquals(List.of(LATE), told);
    }

    /** X9. */
    @Test
    void shouldLetSoManyWaitAndNoMore() {
        add(Waiters.MAX_WAITING / 2);
        waiters.serve(Snapshot.EMPTY, false, 0);
        add(Waiters.MAX_WAITING / 2 + 1);
        write();
        assertEquals(List.of(503), told.stream().map(HlsReply::status).toList());
        waiters.serve(Snapshot.EMPTY, false, 1);
        reply = HERE;
        waiters.serve(Snapshot.EMPTY, true, 2);
        write();
        assertEquals(Waiters.MAX_WAITING + 1, told.size());
        add(1);
        waiters.serve(Snapshot.EMPTY, false, 3);
        write();
        assertSame(HERE, told.getLast());
    }
}
