package io.spillway.bench.goals;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class FiguresTest {

    @Test
    void shouldTakeTheMiddleOfOddAndEvenCounts() {
        assertEquals(2, Ratio.median(List.of(3.0, 1.0, 2.0)));
        assertEquals(2.5, Ratio.median(List.of(4.0, 1.0, 2.0, 3.0)));
    }

    @Test
    void shouldReadWhatTheJvmTracksOutsideItsHeap() throws IOException {
        String summary = """
                Total: reserved=8000KB, committed=900KB
                -                 Java Heap (reserved=4000KB, committed=600KB)
                """;
        assertEquals(300 * 1024, NativeMemory.read(summary));
        assertThrows(IOException.class, () -> NativeMemory.read("Native memory tracking is not enabled"));
    }
}
