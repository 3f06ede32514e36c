package io.spillway.testkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Programs started by tests: waited for in bounds, heard, and ended. */
final class ChildTest {

    private static Child shell(String script) {
        return Child.start("shell", List.of("/bin/sh", "-c", script), Map.of("GREETING", "hello"), Path.of("."));
    }

    @Test
    void shouldFindTheLineThatIsWaitedFor() {
        try (Child child = shell("echo one; echo \"$GREETING at 7\"; exec sleep 60")) {
            assertEquals(
                    "7",
                    child.awaitLine(Pattern.compile("hello at (\\d)"), 10_000).group(1));
            assertTrue(child.isRunning());
            child.kill();
            assertFalse(child.isRunning());
        }
    }

    @Test
    void shouldTellWhatWasPrintedWhenTheProgramEndsInstead() {
        try (Child child = shell("echo port taken; exit 2")) {
            AssertionError error =
                    assertThrows(AssertionError.class, () -> child.awaitLine(Pattern.compile("ready"), 10_000));
            assertTrue(String.valueOf(error.getMessage()).contains("shell ended without"), error::toString);
            assertTrue(String.valueOf(error.getMessage()).contains("port taken"), error::toString);
            assertEquals(2, child.awaitExit(1_000));
        }
    }

    @Test
    void shouldGiveUpAfterTheBound() {
        try (Child child = shell("exec sleep 60")) {
            assertThrows(AssertionError.class, () -> child.awaitLine(Pattern.compile("ready"), 50));
            assertThrows(AssertionError.class, () -> child.awaitExit(50));
        }
    }

    @Test
    void shouldAskBeforeItKills() {
        try (Child child = shell("trap 'echo bye; exit 5' TERM; echo up; while :; do sleep 0.05; done")) {
            child.awaitLine(Pattern.compile("up"), 10_000);
            assertEquals(5, child.terminate(10_000));
            assertTrue(child.log().contains("bye"));
        }
    }

    @Test
    void shouldKeepTheNewestLinesOnly() {
        try (Child child = shell("i=0; while [ $i -lt 6000 ]; do echo line $i; i=$((i+1)); done")) {
            assertEquals(0, child.awaitExit(30_000));
            child.awaitLine(Pattern.compile("line 5999"), 10_000);
            assertEquals(5_000, child.log().lines().count());
        }
    }
}
