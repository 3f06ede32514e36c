package io.spillway.signaling.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.spillway.sfu.Sfu.Counter;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** One meter for each counter of the SFU and its neighbours, made when it is first seen. Any thread. */
final class CounterMeters {

    /** The names and labels are written in code, tens of them; a source that makes them up must not fill the memory. */
    private static final int MAX_METERS = 1_000;

    private final MeterRegistry registry;
    private final Map<Name, AtomicLong> values = new ConcurrentHashMap<>();

    CounterMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    private record Name(String name, String label) {}

    /** Takes a newer value. A smaller one is older, from a scrape that was overtaken. */
    void update(Counter counter) {
        Name name = new Name(counter.name(), counter.label());
        AtomicLong value = values.get(name);
        if (value == null && values.size() < MAX_METERS) {
            value = values.computeIfAbsent(name, this::register);
        }
        if (value != null) {
            value.accumulateAndGet(counter.value(), Math::max);
        }
    }

    /** Prometheus wants the same label names on all counters of a name, so {@code kind} is there also where it is empty. */
    private AtomicLong register(Name name) {
        AtomicLong value = new AtomicLong();
        FunctionCounter.builder("spillway." + name.name(), value, AtomicLong::doubleValue)
                .tag("kind", name.label())
                .register(registry);
        return value;
    }
}
