package io.spillway.sfu.session;

import io.spillway.sfu.crossing.Crossing;
import org.jspecify.annotations.Nullable;

/** The ways from one loop to all others, each made when it is first gone. Owned by the loop they start from. */
final class Crossings {

    private final int index;
    private final Loops loops;
    private final @Nullable Crossing[] ways;

    Crossings(int index, Loops loops) {
        this.index = index;
        this.loops = loops;
        this.ways = new @Nullable Crossing[loops.count()];
    }

    Crossing to(int loop) {
        Crossing way = ways[loop];
        if (way == null) {
            way = loops.crossing(index, loop);
            ways[loop] = way;
        }
        return way;
    }

    /** At the end of a turn: what was written crosses. */
    void flush() {
        for (Crossing way : ways) {
            if (way != null) {
                way.flush();
            }
        }
    }
}
