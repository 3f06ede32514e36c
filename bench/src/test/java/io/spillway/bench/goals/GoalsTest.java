package io.spillway.bench.goals;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which parts a run has. */
class GoalsTest {

    private static final Set<String> ALL =
            Set.of("ratios", "allocation", "capacity", "hop", "hops", "joins", "soak", "memory", "audio");

    @Test
    void shouldRunAllWhenThereIsTime() {
        assertEquals(ALL, Goals.wanted(Pace.FULL, List.of()));
    }

    @Test
    void shouldLeaveTheSoakOutOfAQuickRunUnlessItIsNamed() {
        assertEquals(
                Set.of("ratios", "allocation", "capacity", "hop", "hops", "joins", "memory", "audio"),
                Goals.wanted(Pace.QUICK, List.of()));
        assertEquals(Set.of("soak", "hops"), Goals.wanted(Pace.QUICK, List.of("soak", "hops")));
    }
}
