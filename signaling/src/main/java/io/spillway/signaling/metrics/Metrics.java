package io.spillway.signaling.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmInfoMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.spillway.sfu.LoopStatus;
import io.spillway.sfu.Sfu.Counter;
import io.spillway.sfu.StreamStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * What Prometheus reads: the JVM, the process, HTTP by area, the streams as a whole, and every counter of its sources under the prefix
 * {@code spillway_}. No label holds a stream's name, a path, an address or a key. Any thread.
 */
public final class Metrics implements AutoCloseable {

    /** Steps that tell a page from a join, and a join from a stall. */
    private static final Duration[] HTTP_STEPS = {
        Duration.ofMillis(5),
        Duration.ofMillis(25),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(2)
    };

    /** RFC 9110 §9.3, RFC 5789; another method is a stranger's invention and no label. */
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics gc = new JvmGcMetrics();
    private final CounterMeters counters = new CounterMeters(registry);
    private final List<Supplier<List<Counter>>> sources;
    private final CompletableFuture<Void> process;

    /** To look one up in the registry takes as long as all else of a small answer. */
    private final Map<Served, Timer> timers = new ConcurrentHashMap<>();

    /** What HTTP requests are counted by. */
    private record Served(HttpArea area, String method, int status) {}

    /**
     * @param streams every stream that is live or has viewers
     * @param loops every media loop, always as many
     * @param sources where counters come from; read at each scrape
     */
    public Metrics(
            Supplier<List<StreamStatus>> streams,
            Supplier<List<LoopStatus>> loops,
            List<Supplier<List<Counter>>> sources) {
        this.sources = List.copyOf(sources);
        process = CompletableFuture.runAsync(this::bindProcess);
        Gauge.builder(
                        "spillway.streams.live",
                        streams,
                        all -> all.get().stream().filter(StreamStatus::live).count())
                .description("Streams that somebody publishes")
                .strongReference(true)
                .register(registry);
        Gauge.builder(
                        "spillway.viewers",
                        streams,
                        all -> all.get().stream()
                                .mapToInt(StreamStatus::viewers)
                                .sum())
                .description("WHEP sessions of all streams")
                .strongReference(true)
                .register(registry);
        for (int i = 0; i < loops.get().size(); i++) {
            loop(
                    i,
                    "busy.percent",
                    "Share of the last second that a media loop's turns took",
                    loops,
                    loop -> loop.busyPercent());
            loop(
                    i,
                    "longest.turn.ms",
                    "Longest turn of a media loop within the last second",
                    loops,
                    loop -> loop.longestTurnNs() / 1e6);
            loop(
                    i,
                    "shedding",
                    "What a media loop leaves undone: 0 nothing, 1 the highest layer, 2 all but the lowest, 3 new joins too",
                    loops,
                    loop -> loop.shedding().ordinal());
        }
    }

    private void loop(
            int number,
            String name,
            String description,
            Supplier<List<LoopStatus>> loops,
            ToDoubleFunction<LoopStatus> value) {
        Gauge.builder(
                        "spillway.loop." + name,
                        loops,
                        all -> value.applyAsDouble(all.get().get(number)))
                .description(description)
                .tag("loop", Integer.toString(number))
                .strongReference(true)
                .register(registry);
    }

    /** Adds a value that is read at each scrape. {@code kind} is one of few that the code knows. */
    public void gauge(String name, String description, String label, String kind, Supplier<Number> value) {
        Gauge.builder("spillway." + name, value)
                .description(description)
                .tag(label, kind)
                .strongReference(true)
                .register(registry);
    }

    /** What the JVM and the process tell of themselves; beside the start, since it loads all of JMX. */
    private void bindProcess() {
        new JvmMemoryMetrics().bindTo(registry);
        gc.bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new JvmInfoMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
    }

    /** Counts one HTTP request when its response begins. */
    public void onRequest(HttpArea area, String method, int status, long durationNs) {
        Served served = new Served(area, METHODS.contains(method) ? method : "other", status);
        Timer timer = timers.get(served);
        if (timer == null) {
            timer = timers.computeIfAbsent(served, this::timer);
        }
        timer.record(durationNs, TimeUnit.NANOSECONDS);
    }

    private Timer timer(Served served) {
        return Timer.builder("http.server.requests")
                .description("HTTP requests by area, method and status, and how long it took until the response began")
                .tag("area", served.area().label())
                .tag("method", served.method())
                .tag("status", Integer.toString(served.status()))
                .serviceLevelObjectives(HTTP_STEPS)
                .register(registry);
    }

    /** All of it as Prometheus text, version 0.0.4. */
    public String scrape() {
        process.join();
        for (Supplier<List<Counter>> source : sources) {
            source.get().forEach(counters::update);
        }
        return registry.scrape();
    }

    @Override
    public void close() {
        process.join();
        gc.close();
        registry.close();
    }
}
