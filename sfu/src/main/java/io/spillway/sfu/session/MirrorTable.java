package io.spillway.sfu.session;

import io.spillway.sfu.crossing.Mirror;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The streams of a loop that are mirrored there, by the number of the mirror: what crosses names it so. A number is a place in the low bits and how often
 * that was used above them, so that what is left of an earlier mirror finds nothing.
 */
final class MirrorTable {

    /** More streams than a server has sessions. */
    private static final int PLACE_BITS = 17;

    private static final int PLACE_MASK = (1 << PLACE_BITS) - 1;

    private final List<@Nullable LocalStream> places = new ArrayList<>();
    private final List<Integer> uses = new ArrayList<>();
    private final Deque<Integer> free = new ArrayDeque<>();

    /** Gives a number for the stream's next mirror. */
    int add(LocalStream stream) {
        Integer reused = free.poll();
        int place = reused == null ? places.size() : reused;
        if (reused == null) {
            places.add(stream);
            uses.add(0);
        } else {
            places.set(place, stream);
            uses.set(place, uses.get(place) + 1);
        }
        return place | uses.get(place) << PLACE_BITS;
    }

    /** The stream whose present mirror has that number, or null. */
    @Nullable
    LocalStream find(int number) {
        int place = number & PLACE_MASK;
        LocalStream stream = place < places.size() ? places.get(place) : null;
        Mirror mirror = stream == null ? null : stream.mirror;
        return mirror != null && mirror.subscription().mirror() == number ? stream : null;
    }

    void remove(int number) {
        int place = number & PLACE_MASK;
        places.set(place, null);
        free.push(place);
    }
}
