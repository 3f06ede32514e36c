package io.spillway.sfu.session;

import io.spillway.sfu.Rejected;
import io.spillway.sfu.ViewerLink;
import io.spillway.sfu.outbound.OutboundMedia;
import io.spillway.sfu.peer.Peer;
import io.spillway.testkit.BulkFlow;
import io.spillway.testkit.Link;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A publisher of three layers and viewers of them behind one link that a test shapes, in virtual time, looked at ten times a second. Milliseconds count from when the first viewer was connected.
 *
 * <p>The test of each plays it; the program {@code bench/adapt} plays the same ones and prints what {@link Watcher} tells.
 */
public final class Scenario {

    static final long MS = 1_000_000L;

    private static final long SAMPLE_NS = 100 * MS;

    /**
     * Who plays.
     *
     * @param layers of the publisher, 3 or 1
     * @param sound whether there is sound beside the picture
     * @param rtx whether viewers offer a repair stream
     * @param deaf whether the publisher answers no request for a keyframe, and sends one each eight seconds, as OBS does
     */
    record Cast(int layers, boolean sound, boolean rtx, boolean deaf) {
        static final Cast USUAL = new Cast(SimulcastPublisher.LAYERS, false, true, false);
        static final Cast OF_OBS = new Cast(SimulcastPublisher.LAYERS, false, true, true);

        Cast(int layers, boolean sound, boolean rtx) {
            this(layers, sound, rtx, false);
        }
    }

    /** While it lasts, that layer is what a viewer should get, -1 for sound only. */
    public record Phase(long fromMs, long toMs, int layer) {}

    private final String name;
    private final String conditions;
    final World world;
    final SimulcastPublisher publisher;
    private final List<Watcher> watchers = new ArrayList<>();
    private final List<Phase> phases = new ArrayList<>();

    /** Rate by milliseconds since the start; 0 has no bottleneck. */
    LongUnaryOperator linkBps = ms -> 0;

    /** When nothing passes either way, by milliseconds since the start. */
    LongPredicate cut = ms -> false;

    /** Whether each viewer has a link of its own, and not all share the first one's. */
    boolean apart;

    private final Link down;
    private final Cast cast;
    private final long startNs;
    private long queueMs = 300;
    private @Nullable BulkFlow bulk;
    private long bulkBytesBefore;
    private long nextFrameNs;
    private long nextSoundNs;
    private long nextSampleNs;

    /** @param conditions what is special about it, for people */
    Scenario(String name, String conditions, long seed, Link down) {
        this(name, conditions, seed, down, Cast.USUAL);
    }

    Scenario(String name, String conditions, long seed, Link down, Cast cast) {
        this.name = name;
        this.conditions = conditions;
        this.down = down;
        this.cast = cast;
        this.world = new World(seed);
        InetSocketAddress from = new InetSocketAddress(World.address("10.1.0.1"), 40_000);
        try {
            publisher = new SimulcastPublisher(world, from, seed, cast);
        } catch (Rejected refused) {
            throw new AssertionError(refused);
        }
        world.net.link(from, World.SERVER, Link.ofDelayMs(5));
        world.net.attach(from, publisher.peer());
        nextFrameNs = Long.MAX_VALUE;
        nextSoundNs = Long.MAX_VALUE;
        nextSampleNs = Long.MAX_VALUE;
        connect(publisher.peer());
        nextFrameNs = world.nowNs();
        nextSoundNs = cast.sound() ? world.nowNs() : Long.MAX_VALUE;
        play(500);
        join();
        startNs = world.nowNs();
        nextSampleNs = startNs;
    }

    /** One more viewer behind the same link; the first is there from the start. */
    Watcher join() {
        return join(viewer -> {});
    }

    /** Where the next viewer will be. */
    InetSocketAddress nextAddress() {
        return new InetSocketAddress(World.address("10.1.1." + (1 + watchers.size())), 40_000);
    }

    /** @param prepared given the viewer before anything is sent */
    Watcher join(Consumer<AdaptiveViewer> prepared) {
        InetSocketAddress address = nextAddress();
        try {
            var viewer = new AdaptiveViewer(world, address, cast);
            prepared.accept(viewer);
            viewer.rttNs = 2 * down.delayNs();
            shape(address, nowMs());
            if (!watchers.isEmpty() && !apart) {
                world.net.shareBottleneck(World.SERVER, address, World.SERVER, first().address());
            }
            world.net.attach(address, viewer.peer());
            world.net.attach(new InetSocketAddress(address.getAddress(), 1), viewer);
            var watcher = new Watcher(viewer, address);
            connect(viewer.peer());
            watchers.add(watcher);
            watcher.begin(world.nowNs(), startNs == 0 ? world.nowNs() : startNs);
            return watcher;
        } catch (Rejected refused) {
            throw new AssertionError(refused);
        }
    }

    private void connect(Peer peer) {
        long untilNs = world.nowNs() + 5_000 * MS;
        while (!peer.isConnected()) {
            if (world.nowNs() >= untilNs) {
                throw new AssertionError("not connected");
            }
            play(10);
        }
    }

    /** A download behind the same link, as TCP, from now on. */
    BulkFlow download() {
        InetSocketAddress sender = new InetSocketAddress(World.address("10.1.2.1"), 80);
        InetSocketAddress receiver = new InetSocketAddress(World.address("10.1.2.2"), 40_000);
        world.net.link(sender, receiver, Link.ofDelayMs(down.delayNs() / MS));
        world.net.link(receiver, sender, Link.ofDelayMs(down.delayNs() / MS));
        world.net.shareBottleneck(sender, receiver, World.SERVER, first().address());
        bulk = new BulkFlow(world.net, sender, receiver);
        bulk.start();
        return bulk;
    }

    /** How long a packet may wait for the link before it is dropped. */
    void queueMs(long ms) {
        queueMs = ms;
    }

    /** From then to then that layer is the right one. */
    void expect(int layer, long fromMs, long toMs) {
        phases.add(new Phase(fromMs, toMs, layer));
    }

    private long nowMs() {
        return (world.nowNs() - startNs) / MS;
    }

    /** Lets time pass. */
    void play(long ms) {
        long untilNs = world.nowNs() + ms * MS;
        while (true) {
            long atNs = Math.min(nextFrameNs, Math.min(nextSoundNs, nextSampleNs));
            if (atNs > untilNs) {
                world.net.advanceTo(untilNs);
                return;
            }
            world.net.advanceTo(atNs);
            if (atNs == nextSampleNs) {
                nextSampleNs += SAMPLE_NS;
                sample();
            }
            if (atNs == nextSoundNs) {
                nextSoundNs += SimulcastPublisher.SOUND_NS;
                publisher.sendSound();
            }
            if (atNs == nextFrameNs) {
                nextFrameNs += SimulcastPublisher.FRAME_NS;
                publisher.sendFrame();
            }
        }
    }

    private void shape(InetSocketAddress address, long atMs) {
        boolean passes = !cut.test(atMs);
        long rateBps = linkBps.applyAsLong(atMs);
        Link toViewer = passes ? down : down.withLoss(1);
        Link toServer = Link.ofDelayMs(down.delayNs() / MS).withLoss(passes ? 0 : 1);
        world.net.link(World.SERVER, address, rateBps == 0 ? toViewer : toViewer.withBitrate(rateBps, queueMs));
        world.net.link(address, World.SERVER, toServer);
    }

    private void sample() {
        long atMs = nowMs();
        watchers.forEach(each -> shape(each.address(), atMs));
        long bulkBytes = bulk == null ? 0 : bulk.arrivedBytes();
        long bulkBps = (bulkBytes - bulkBytesBefore) * 8_000_000_000L / SAMPLE_NS;
        bulkBytesBefore = bulkBytes;
        for (Watcher each : watchers) {
            each.sample(
                    SAMPLE_NS,
                    atMs,
                    cut.test(atMs) ? 0 : linkBps.applyAsLong(atMs),
                    world.net.queuedNs(World.SERVER, each.address()),
                    bulkBps,
                    status(each));
        }
    }

    /** What the server knows of a viewer. */
    ViewerLink status(Watcher watcher) {
        return outbound(watcher).link(world.nowNs());
    }

    /** The server's side of a viewer. */
    OutboundMedia outbound(Watcher watcher) {
        for (int i = 0; i < world.loops.count(); i++) {
            Session session = ((SfuCore) world.agent(i)).session(watcher.viewer.sessionId());
            if (session != null) {
                return ((ViewerMedia) session.media()).outbound();
            }
        }
        throw new AssertionError("the viewer is gone");
    }

    /** Lower-case words with hyphens. */
    public String name() {
        return name;
    }

    /** What is special about it, for people. */
    public String conditions() {
        return conditions;
    }

    /** What should have been, in order. */
    public List<Phase> phases() {
        return List.copyOf(phases);
    }

    /** The viewer that was there first. */
    public Watcher first() {
        return watchers.getFirst();
    }

    /** All viewers, in the order they came. */
    public List<Watcher> watchers() {
        return List.copyOf(watchers);
    }

    /** Milliseconds played since the first viewer was connected. */
    public long playedMs() {
        return nowMs();
    }

    @Override
    public String toString() {
        StringBuilder told =
                new StringBuilder(name).append(" (").append(conditions).append(')');
        watchers.forEach(each -> told.append("\n  ").append(each));
        return told.append("\n  keyframes asked of the publisher: ")
                .append(publisher.keyframesAsked())
                .toString();
    }
}
