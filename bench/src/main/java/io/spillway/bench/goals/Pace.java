package io.spillway.bench.goals;

import java.util.List;
import java.util.Set;

/**
 * How long things are measured.
 *
 * @param warmUpSeconds load before the first figure, for the compilers
 * @param rounds pairs of server and reference, after one that is dropped; up to twice as many where the host of a virtual machine disturbs them
 * @param ratioSeconds of one half of a pair
 * @param stepSeconds of one step of a capacity search
 * @param mostGrowth how many times as many viewers the next step of it may have
 * @param nearEnough the search ends when what failed, or would fill the core, is at most this many times the viewers who were served; 0 when nothing is
 * @param narrowings steps after the first failed one
 * @param firstViewers that are tried
 * @param mostViewers that are tried
 * @param hopSeconds at one share of capacity
 * @param soakSeconds at half capacity
 * @param allocationSeconds of counting allocated bytes
 * @param joinSeconds at one rate of joins
 * @param joinRates joins a second to try, rising
 * @param memoryViewers from how many to how many the slope of memory is taken
 * @param leftOut parts that are run only when they are named
 * @param budgetSeconds after which what is left is not begun
 */
record Pace(
        int warmUpSeconds,
        int rounds,
        double ratioSeconds,
        double stepSeconds,
        double mostGrowth,
        double nearEnough,
        int narrowings,
        int firstViewers,
        int mostViewers,
        double hopSeconds,
        int soakSeconds,
        double allocationSeconds,
        double joinSeconds,
        List<Integer> joinRates,
        List<Integer> memoryViewers,
        Set<String> leftOut,
        double budgetSeconds) {

    /** As published figures are measured: about an hour and a half. */
    static final Pace FULL = new Pace(
            40,
            8,
            6,
            8,
            2,
            0,
            3,
            50,
            12_000,
            60,
            1_800,
            20,
            15,
            List.of(25, 50, 75, 100, 150, 200, 300, 400),
            List.of(100, 1_000),
            Set.of(),
            7_200);

    /** The same in under eight minutes: a capacity that is known to be there, not where it ends. */
    static final Pace QUICK = new Pace(
            12,
            6,
            0.8,
            2.5,
            4,
            1.4,
            1,
            50,
            1_600,
            6,
            1_800,
            6,
            4,
            List.of(50, 100, 200),
            List.of(100, 1_000),
            Set.of("soak"),
            370);
}
