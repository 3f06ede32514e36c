package io.spillway.sfu.session;

import io.spillway.sfu.Rejected;
import io.spillway.sfu.ViewerLink;
import io.spillway.testkit.Link;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongUnaryOperator;

/**
 * A publisher of three layers and a viewer of them over a link that a test shapes, in virtual time, looked at ten times a second.
 */
final class Scenario {

    static final long MS = 1_000_000L;

    /** Share of a layer's rate that its packets' headers and tags add. */
    private static final double OVERHEAD = 1.06;

    private static final long SAMPLE_NS = 100 * MS;

    /** How it stood at one moment; {@code atMs} since the viewer was connected. */
    record Sample(long atMs, long linkBps, long estimateBps, long arrivedBps, int layer, double loss) {}

    final String name;
    final World world;
    final SimulcastPublisher publisher;
    final AdaptiveViewer viewer;
    final List<Sample> samples = new ArrayList<>();
    final long startNs;

    /** Rate by milliseconds since the start; 0 has no bottleneck. */
    LongUnaryOperator linkBps = ms -> 0;

    /** What else goes over the link, by milliseconds since the start. */
    LongUnaryOperator otherBps = ms -> 0;

    private final InetSocketAddress address = new InetSocketAddress(World.address("10.1.1.1"), 40_000);
    private Link link;
    private long queueMs = 300;
    private long bytesBefore;
    private long nextFrameNs;
    private long nextSampleNs;
    private long nextOtherNs;

    Scenario(String name, long seed, Link down) {
        this.name = name;
        this.link = down;
        this.world = new World(seed);
        try {
            InetSocketAddress from = new InetSocketAddress(World.address("10.1.1.2"), 40_000);
            publisher = new SimulcastPublisher(world, from, seed);
            world.net.link(from, World.SERVER, Link.ofDelayMs(5));
            world.net.attach(from, publisher.peer());
            connect(publisher.peer());
            nextFrameNs = world.nowNs();
            nextSampleNs = Long.MAX_VALUE;
            nextOtherNs = Long.MAX_VALUE;
            play(500);
            viewer = new AdaptiveViewer(world, address);
            viewer.rttNs = 2 * down.delayNs();
            world.net.link(address, World.SERVER, new Link(down.delayNs(), 0, 0, Link.Bursts.NONE, 0, 0, 0, 0));
            world.net.link(World.SERVER, address, down);
            world.net.attach(address, viewer.peer());
            world.net.attach(new InetSocketAddress(World.address("10.1.1.3"), 1), viewer);
        } catch (Rejected refused) {
            throw new AssertionError(refused);
        }
        long untilNs = world.nowNs() + 5_000 * MS;
        while (!viewer.peer().isConnected() && world.nowNs() < untilNs) {
            play(10);
        }
        startNs = world.nowNs();
        nextSampleNs = startNs;
        nextOtherNs = startNs;
    }

    private void connect(io.spillway.sfu.peer.Peer peer) {
        if (!world.net.runUntil(peer::isConnected, 5_000)) {
            throw new AssertionError("not connected");
        }
    }

    /** Changes the link to the viewer but for its rate. */
    void shape(Link down) {
        link = down;
    }

    void queueMs(long ms) {
        queueMs = ms;
    }

    long nowMs() {
        return (world.nowNs() - startNs) / MS;
    }

    /** Lets time pass. */
    void play(long ms) {
        long untilNs = world.nowNs() + ms * MS;
        while (true) {
            long atNs = Math.min(nextFrameNs, Math.min(nextSampleNs, nextOtherNs));
            if (atNs > untilNs) {
                world.net.advanceTo(untilNs);
                return;
            }
            world.net.advanceTo(atNs);
            if (atNs == nextSampleNs) {
                nextSampleNs += SAMPLE_NS;
                sample();
            }
            if (atNs == nextOtherNs) {
                sendOther();
            }
            if (atNs == nextFrameNs) {
                nextFrameNs += SimulcastPublisher.FRAME_NS;
                publisher.sendFrame();
            }
        }
    }

    private void sample() {
        long rateBps = linkBps.applyAsLong(nowMs());
        world.net.link(World.SERVER, address, rateBps == 0 ? link : link.withBitrate(rateBps, queueMs));
        long seconds = SAMPLE_NS;
        long arrivedBps = (viewer.bytes - bytesBefore) * 8_000_000_000L / seconds;
        bytesBefore = viewer.bytes;
        ViewerLink known = status();
        samples.add(
                new Sample(nowMs(), rateBps, known.estimateBps(), arrivedBps, viewer.layer(), known.lossFraction()));
    }

    private void sendOther() {
        long rateBps = otherBps.applyAsLong(nowMs());
        int bytes = 1_200;
        if (rateBps == 0) {
            nextOtherNs += SAMPLE_NS;
            return;
        }
        nextOtherNs += bytes * 8_000_000_000L / rateBps;
        // No STUN: the viewer's peer passes it over.
        world.net.send(World.SERVER, address, ByteBuffer.allocate(bytes), 0, bytes);
    }

    /** What the server knows of the viewer. */
    ViewerLink status() {
        for (int i = 0; i < world.loops.count(); i++) {
            Session session = ((SfuCore) world.agent(i)).session(viewer.sessionId());
            if (session != null) {
                return ((ViewerMedia) session.media()).outbound().link(world.nowNs());
            }
        }
        throw new AssertionError("the viewer is gone");
    }

    // What happened

    /** Changes of layer the viewer saw from one time to another, the first picture not among them. */
    int switches(long fromMs, long toMs) {
        return (int) viewer.changes.stream()
                .skip(1)
                .filter(change -> change.atNs() >= startNs + fromMs * MS && change.atNs() < startNs + toMs * MS)
                .count();
    }

    /** Milliseconds after {@code fromMs} when the viewer got that layer for good, until {@code toMs}; -1 for never. */
    long settledAfterMs(int layer, long fromMs, long toMs) {
        int at = -1;
        long sinceMs = -1;
        for (AdaptiveViewer.Change change : viewer.changes) {
            long changeMs = (change.atNs() - startNs) / MS;
            if (changeMs < toMs) {
                at = change.layer();
                sinceMs = Math.max(0, changeMs - fromMs);
            }
        }
        return at == layer ? sinceMs : -1;
    }

    /** Share of what a layer takes that arrived. */
    double utilisation(int layer, long fromMs, long toMs) {
        double mean = samples.stream()
                .filter(each -> each.atMs() >= fromMs && each.atMs() < toMs)
                .mapToLong(Sample::arrivedBps)
                .average()
                .orElse(0);
        return mean / (SimulcastPublisher.RATES_BPS[layer] * OVERHEAD);
    }

    /** Times the picture stood still, in milliseconds. */
    List<Long> freezesMs(long fromMs, long toMs) {
        return viewer.freezes.stream()
                .filter(each -> each.atNs() >= startNs + fromMs * MS && each.atNs() < startNs + toMs * MS)
                .map(each -> each.durationNs() / MS)
                .toList();
    }

    /** Share of the packets that never came, repair included. */
    double residualLoss() {
        return (double) viewer.lostForGood / Math.max(1, viewer.packets + viewer.lostForGood);
    }

    /** Milliseconds from a request to the packet that answers it. */
    double repairMs(double quantile) {
        List<Long> sorted = viewer.repairNs.stream().sorted().toList();
        return sorted.isEmpty() ? 0 : sorted.get((int) (quantile * (sorted.size() - 1))) / (double) MS;
    }

    @Override
    public String toString() {
        StringBuilder told = new StringBuilder(name);
        told.append(": layers ");
        viewer.changes.forEach(change -> told.append(change.layer())
                .append('@')
                .append((change.atNs() - startNs) / MS)
                .append(' '));
        told.append("freezes ");
        viewer.freezes.forEach(freeze -> told.append(freeze.durationNs() / MS)
                .append('@')
                .append((freeze.atNs() - startNs) / MS)
                .append(' '));
        told.append(String.format(
                java.util.Locale.ROOT,
                "residual %.4f%% of %d, repair p50 %.0f p99 %.0f ms (%d), probes %d kB, keyframes asked %d/%d, estimate",
                100 * residualLoss(),
                viewer.packets,
                repairMs(0.5),
                repairMs(0.99),
                viewer.repairNs.size(),
                Objects.requireNonNull(status()).probeBytes() / 1000,
                viewer.keyframesAsked,
                publisher.keyframesAsked()));
        for (int i = 0; i < samples.size(); i += Math.max(1, samples.size() / 60)) {
            told.append(' ').append(samples.get(i).estimateBps() / 1000);
        }
        return told.toString();
    }
}
