package io.spillway.whipwhep;

import io.spillway.sfu.Sfu.Counter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What was opened and what was refused, by name. Any thread. Grows with the kinds of refusal in the code, never with what is sent. */
final class Tally {

    private record Key(String name, String label) {}

    private final Map<Key, LongAdder> counts = new ConcurrentHashMap<>();

    void opened(Protocol protocol) {
        count(protocol.segment() + "_opened", "");
    }

    void refused(Protocol protocol, String type) {
        count(protocol.segment() + "_refused", type);
    }

    List<Counter> counters() {
        List<Counter> all = new ArrayList<>();
        counts.forEach((key, count) -> all.add(new Counter(key.name, key.label, count.sum())));
        all.sort(Comparator.comparing(Counter::name).thenComparing(Counter::label));
        return all;
    }

    private void count(String name, String label) {
        counts.computeIfAbsent(new Key(name, label), key -> new LongAdder()).increment();
    }
}
