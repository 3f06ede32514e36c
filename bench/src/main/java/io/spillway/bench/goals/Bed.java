package io.spillway.bench.goals;

import io.spillway.bench.load.Joins;
import io.spillway.bench.load.Load;
import io.spillway.bench.load.Shape;
import io.spillway.bench.load.Window;
import io.spillway.bench.machine.CpuTimes;
import io.spillway.testkit.client.SpillwayProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** One running server and the load on it. */
final class Bed implements AutoCloseable {

    /** Streams that the server has a key for. */
    static final List<String> STREAM_NAMES =
            IntStream.range(0, 32).mapToObj(i -> "bench-" + i).toList();

    /** What a viewer needs until its join is over and its latency counts. */
    private static final double SETTLE_SECONDS = 3;

    private static final int MOST_CALM_SECONDS = 40;
    private static final double CALM = 0.95;
    private static final double FULL = 0.9;

    private static final int TRIES = 3;

    private final SpillwayProcess server;
    private final Load load;
    private final Report report;
    private final List<String> streams = new ArrayList<>();
    private Shape shape = Shape.VIDEO;
    private int nextStream;

    /** A window with the CPU that the server used in it. */
    record Measured(Window window, CpuTimes cpu) {

        /** Share of one core. */
        double serverCpu() {
            return cpu.totalNs() / (window.seconds() * 1e9);
        }

        double usAPacket() {
            return cpu.totalNs() / 1e3 / Math.max(1, window.delivered());
        }
    }

    private Bed(SpillwayProcess server, Load load, Report report) {
        this.server = server;
        this.load = load;
        this.report = report;
    }

    /** Starts a server, with JVM options beside those of the launcher. */
    static Bed open(Host host, Report report, String javaOptions) {
        return open(host, report, javaOptions, Map.of());
    }

    /** The same with more of a configuration, as environment variables. */
    static Bed open(Host host, Report report, String javaOptions, Map<String, String> configuration) {
        report.progress("starting the server on core " + host.serverCore() + ", " + host.link());
        Map<String, String> environment = new HashMap<>(host.serverEnvironment(javaOptions));
        environment.putAll(configuration);
        SpillwayProcess server = SpillwayProcess.start(host.server(), environment);
        try {
            return new Bed(server, Load.open(host.load(server.address().getPort())), report);
        } catch (RuntimeException | Error failed) {
            server.close();
            throw failed;
        }
    }

    long serverPid() {
        return server.processId();
    }

    SpillwayProcess server() {
        return server;
    }

    Load load() {
        return load;
    }

    List<String> streams() {
        return streams;
    }

    /** Replaces streams and viewers: {@code count} streams of a shape, their frames and groups spread evenly, and nobody watching. */
    void restage(Shape sent, int count) throws IOException, InterruptedException {
        shape = sent;
        load.leave(load.viewers(), true);
        for (String stream : streams) {
            load.unpublish(stream);
        }
        streams.clear();
        for (int i = 0; i < count; i++) {
            String stream = STREAM_NAMES.get(nextStream++ % STREAM_NAMES.size());
            load.publish(stream, sent, i / (double) count);
            streams.add(stream);
        }
    }

    /** Adds or removes viewers up to a number and lets them settle; false when some could not join, who are gone again. */
    boolean viewers(int wanted, int perSecond) throws InterruptedException {
        load.leave(load.viewers() - wanted, true);
        int more = wanted - load.viewers();
        if (more > 0) {
            Joins joins = load.watch(streams, more, perSecond);
            if (joins.joined() < joins.asked()) {
                report.progress(
                        joins.joined() + " of " + joins.asked() + " viewers joined; others: " + joins.failures());
                load.leaveUnserved();
            }
        }
        load.pass(SETTLE_SECONDS);
        return load.viewers() == wanted;
    }

    /** As {@link #viewers}, with a few tries. */
    boolean viewersPatiently(int wanted, int perSecond) throws InterruptedException {
        for (int i = 0; i < TRIES; i++) {
            if (viewers(wanted, perSecond)) {
                return true;
            }
        }
        return false;
    }

    /** Packets a second that all viewers are to get. */
    double wantedPacketsPerSecond() {
        return load.viewers() * shape.packetsPerSecond();
    }

    /**
     * Lets what joining cost die away: until the core is not full, no less of it used than in the second before, and every viewer gets the whole stream again, whose network seemed narrow while the
     * core was full; some seconds at most.
     */
    void calm() throws InterruptedException {
        double before = Double.MAX_VALUE;
        for (int i = 0; i < MOST_CALM_SECONDS; i++) {
            Measured now = measure(1);
            double share = now.serverCpu();
            boolean whole = now.window().packetsPerSecond() > CALM * wantedPacketsPerSecond();
            if (share < FULL && share > CALM * before && whole) {
                return;
            }
            before = share;
        }
    }

    Measured measure(double seconds) throws InterruptedException {
        load.begin();
        CpuTimes before = CpuTimes.of(serverPid());
        load.pass(seconds);
        CpuTimes used = CpuTimes.of(serverPid()).since(before);
        return new Measured(load.end(), used);
    }

    @Override
    public void close() {
        load.close();
        server.close();
    }
}
