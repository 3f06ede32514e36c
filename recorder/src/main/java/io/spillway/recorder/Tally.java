package io.spillway.recorder;

import io.spillway.recorder.journal.EndReason;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What was recorded since the start. Any thread. */
final class Tally {

    private final LongAdder bytes = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder ready = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder removed = new LongAdder();
    private final Map<EndReason, LongAdder> ended = new EnumMap<>(EndReason.class);

    Tally() {
        for (EndReason each : EndReason.values()) {
            ended.put(each, new LongAdder());
        }
    }

    void wrote(long more) {
        bytes.add(more);
    }

    void lost(long packets) {
        lost.add(packets);
    }

    /** A stream that should be recorded is not. */
    void refused() {
        refused.increment();
    }

    void ready() {
        ready.increment();
    }

    void failed() {
        failed.increment();
    }

    void removed() {
        removed.increment();
    }

    void ended(EndReason reason) {
        LongAdder count = ended.get(reason);
        if (count != null) {
            count.increment();
        }
    }

    long lostPackets() {
        return lost.sum();
    }

    List<Recorder.Count> counts() {
        List<Recorder.Count> all = new ArrayList<>(List.of(
                new Recorder.Count("record_bytes", "", bytes.sum()),
                new Recorder.Count("record_lost_packets", "", lost.sum()),
                new Recorder.Count("recordings_refused", "", refused.sum()),
                new Recorder.Count("recordings_removed", "", removed.sum()),
                new Recorder.Count("movies", "ready", ready.sum()),
                new Recorder.Count("movies", "failed", failed.sum())));
        ended.forEach((reason, count) ->
                all.add(new Recorder.Count("recordings_ended", reason.word().replace('-', '_'), count.sum())));
        return all;
    }
}
