package io.spillway.whipwhep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class BugsTest {

    private final Bugs bugs = new Bugs();

    @Test
    void shouldLogEachStackOnce() {
        boolean[] logged = new boolean[3];
        for (int i = 0; i < 3; i++) {
            logged[i] = bugs.log("a test", new IllegalStateException("number " + i));
        }

        assertTrue(logged[0]);
        assertFalse(logged[1] || logged[2]);
        assertTrue(bugs.log("a test", new IllegalStateException("elsewhere")));
    }

    @Test
    void shouldStopAtItsBound() {
        long logged = IntStream.range(0, 1000)
                .filter(depth -> bugs.log("a test", thrownAt(depth)))
                .count();

        assertEquals(64, logged);
    }

    private static RuntimeException thrownAt(int depth) {
        RuntimeException bug = new IllegalStateException();
        bug.setStackTrace(new StackTraceElement[] {new StackTraceElement("A", "a", "A.java", depth)});
        return bug;
    }
}
