package io.spillway.recorder.mux;

import io.spillway.recorder.journal.JournalReader;
import io.spillway.recorder.mux.Survey.LayerFacts;
import io.spillway.recorder.mux.Survey.SourceFacts;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * What of a journal has to be read for a stretch of its movie: the stretch, from the key before it on, and of each publisher its beginning and its end. These say where all that lies between them is in the
 * movie; what they do not say is silence and pictures that nobody asked for. Times are arrivals, nanoseconds since the journal began.
 */
final class Reach {

    /** Of each publisher's beginning: the first sound and the first key place all others. */
    private static final long SETTLE_NS = 5_000_000_000L;

    /** What arrivals may be away from the movie's times. */
    private static final long MARGIN_NS = 5_000_000_000L;

    /** Each publisher before adds what its first packet and its last picture may be away. */
    private static final long MARGIN_A_SOURCE_NS = 1_000_000_000L;

    private static final double NS = 1e9;

    private record Range(long fromNs, long toNs) {}

    private final List<Range> ranges = new ArrayList<>();
    private final Set<Integer> passedOver = new HashSet<>();

    private Reach() {}

    static Reach of(Survey.Result survey, Window window) {
        Reach reach = new Reach();
        long baseNs = 0;
        long marginNs = MARGIN_NS;
        for (SourceFacts each : survey.sources()) {
            if (each.firstNs() <= each.lastNs()) {
                baseNs = reach.add(each, window, baseNs, marginNs);
                marginNs += MARGIN_A_SOURCE_NS;
            }
        }
        for (JournalReader.Stretch each : survey.stretches()) {
            if (!reach.meets(each)) {
                reach.passedOver.add(each.segment());
            }
        }
        return reach;
    }

    /** Adds one publisher, which begins there in the movie, and gives where the next one does. */
    private long add(SourceFacts source, Window window, long baseNs, long marginNs) {
        long originNs = source.firstNs();
        ranges.add(new Range(source.firstNs(), source.firstNs() + SETTLE_NS));
        int sound = source.sound();
        if (sound >= 0) {
            LayerFacts first = source.layers().get(sound);
            ranges.add(new Range(first.firstAtNs, first.firstAtNs + SETTLE_NS));
        }
        int picture = source.picture(0);
        if (picture >= 0) {
            LayerFacts first = source.layers().get(picture);
            ranges.add(new Range(first.keyAtNs, first.keyAtNs + SETTLE_NS));
            if (sound < 0 || first.keyAtNs - source.layers().get(sound).firstAtNs <= SETTLE_NS) {
                originNs = first.keyAtNs;
            }
        }
        long lastNs = source.lastNs();
        ranges.add(new Range(source.keyBefore(lastNs - MARGIN_NS), lastNs));
        double fromNs = window.fromS() * NS - baseNs + originNs - marginNs;
        double toNs = window.toS() * NS - baseNs + originNs + marginNs;
        if (fromNs <= lastNs && toNs >= source.firstNs()) {
            ranges.add(new Range(source.keyBefore((long) fromNs), (long) toNs));
        }
        return baseNs + lastNs - originNs;
    }

    private boolean meets(JournalReader.Stretch segment) {
        return segment.begins()
                || ranges.stream().anyMatch(each -> each.fromNs() <= segment.toNs() && segment.fromNs() <= each.toNs());
    }

    /** The segments that are read; what came since the survey is. */
    IntPredicate segments() {
        return number -> !passedOver.contains(number);
    }
}
