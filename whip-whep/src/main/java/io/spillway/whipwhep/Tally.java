package io.spillway.whipwhep;

import io.spillway.sfu.Sfu.Counter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What was opened and what was refused, by name. Any thread. Grows with the kinds of refusal in the code, never with what is sent. */
public final class Tally {

    private record Key(String name, String label) {}

    private final Map<Key, LongAdder> counts = new ConcurrentHashMap<>();

    /** Counts one more that was opened. {@code what} is in snake_case and the beginning of the counter's name */
    public void opened(String what) {
        count(what + "_opened", "");
    }

    /** Counts one more that was refused. {@code type} is that of the problem, written in code */
    public void refused(String what, String type) {
        count(what + "_refused", type);
    }

    public List<Counter> counters() {
        List<Counter> all = new ArrayList<>();
        counts.forEach((key, count) -> all.add(new Counter(key.name, key.label, count.sum())));
        all.sort(Comparator.comparing(Counter::name).thenComparing(Counter::label));
        return all;
    }

    private void count(String name, String label) {
        counts.computeIfAbsent(new Key(name, label), key -> new LongAdder()).increment();
    }
}
