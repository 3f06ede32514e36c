package io.spillway.sfu.inbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SequenceGuardTest {

    private final SequenceGuard guard = new SequenceGuard();

    /** 16-bit numbers as they come; the layer's numbers relative to the first, x for refused. RFC 3550 A.1. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "5 6 8 7            | 0 1 3 2",
                "65534 65535 0 1    | 0 1 2 3",
                "5 4 3              | 0 -1 -2",
                "100 3100 3101      | 0 3000 3001", // the longest gap
                "100 3101 101       | 0 x 1", // one too far: a stray
                "100 3101 3102 3103 | 0 x 1 2", // two in a row: started over
                "5000 904 903       | 0 -4096 x", // the oldest resent packet
                "5000 20000 40000   | 0 x x", // strays never add up
                "100 4101 102 4102  | 0 x 2 x", // nor does a stray before and after
                "100 3101 3102 3100 | 0 x 1 x", // from before the restart
                "0 40000 40001 0 1  | 0 x 1 x 2", // there and back again
            })
    void shouldTellJumpsFromLossAndReordering(String sequences, String layer) {
        List<String> got = new ArrayList<>();
        long first = -1;
        for (String seq : sequences.split(" ", -1)) {
            boolean accepted = guard.accept(Integer.parseInt(seq));
            first = first < 0 ? guard.layerSequence() : first;
            got.add(accepted ? Long.toString(guard.layerSequence() - first) : "x");
        }
        assertEquals(layer, String.join(" ", got));
    }

    @Test
    void shouldNeverStartOverForARepair() {
        assertFalse(guard.acceptRepaired(100), "nothing was received that it could repair");
        guard.accept(100);
        assertTrue(guard.acceptRepaired(99));
        assertFalse(guard.acceptRepaired(20_000));
        assertFalse(guard.acceptRepaired(20_001));
        assertTrue(guard.accept(101));
        assertFalse(guard.restarted());
    }

    @Test
    void shouldGoOnForTheLayerWhenAnotherSourceBegins() {
        guard.accept(100);
        guard.accept(101);
        long last = guard.layerSequence();
        guard.expectNewSource();
        assertTrue(guard.accept(7));
        assertTrue(guard.restarted());
        assertEquals(last + 1, guard.layerSequence());
        assertEquals((1 << 16) + 7, guard.sourceSequence());
        assertEquals(last + 3, guard.layerSequenceOf(guard.sourceSequence() + 2));
        assertTrue(guard.accept(8));
        assertFalse(guard.restarted());
        assertFalse(guard.accept(6), "would take the place of the old source's last");
    }

    @Test
    void shouldNotCallTheFirstPacketARestart() {
        guard.accept(100);
        assertFalse(guard.restarted());
    }
}
