package io.spillway.bench.goals;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class LiveHeapTest {

    private static final String HISTOGRAM = """
            4242:
             num     #instances         #bytes  class name (module)
            -------------------------------------------------------
               1:         51024        5568984  [B (java.base@25.0.3)
               2:          6922        1371296  java.lang.Class (java.base@25.0.3)
            Total         57946        6940280
            """;

    @Test
    void shouldReadTheTotalOfAHistogram() throws IOException {
        assertEquals(6_940_280, LiveHeap.read(HISTOGRAM));
    }

    @Test
    void shouldSayWhatCameInstead() {
        IOException refused =
                assertThrows(IOException.class, () -> LiveHeap.read("4242:\njava.lang.IllegalArgumentException: no"));
        assertTrue(String.valueOf(refused.getMessage()).contains("IllegalArgumentException"), refused.getMessage());
    }
}
