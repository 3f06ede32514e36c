package io.spillway.hls;

import io.spillway.hls.intake.AccessUnit;
import io.spillway.hls.intake.LayerIntake;
import io.spillway.hls.intake.PacketRing;
import io.spillway.hls.intake.Tap;
import io.spillway.hls.stream.HlsSettings;
import io.spillway.hls.stream.Rendition;
import io.spillway.hls.stream.Shelf;
import io.spillway.hls.stream.StreamPackager;
import io.spillway.media.codec.MediaKind;
import io.spillway.media.live.Layer;
import io.spillway.media.live.Publication;
import io.spillway.media.live.StreamName;
import io.spillway.media.mp4.AudioFormat;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream being packaged, on a thread of its own: packets are taken from a ring each {@value #TURN_MS} ms, so that media loops need not wake anybody. Requests are answered from the newest
 * {@link Snapshot} on their own thread, or wait here for one.
 */
final class LiveHls implements Runnable {

    static final int TURN_MS = 5;

    /** Missing packets are waited for this long: two repairs over a long way. */
    private static final long HOLD_NS = 300_000_000L;

    /** 2 s of 30 Mbps in all layers. */
    private static final int RING_BYTES = 1 << 23;

    /** Blocked requests wait three target durations, and less than players do (H25). */
    private static final long BLOCK_NS = 3 * HlsSettings.TARGET_DURATION_S * 1_000_000_000L;

    /** A stream that nobody asks for is no longer packaged. */
    private static final long IDLE_NS = 60_000_000_000L;

    /** Publishers come back within this, or the playlists end (H17). */
    private static final long ABSENCE_NS = 30_000_000_000L;

    /** Sound is waited for this long once there is a picture, before anybody is told what to choose from: who reads that once would never hear it. */
    private static final long SOUND_NS = 6_000_000_000L;

    private static final long KEY_WISH_NS = 400_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(LiveHls.class);

    /** Who waits for a reply. {@code ready} gives it when it is there. */
    private record Waiter(long untilNs, Ready ready, Consumer<HlsReply> out) {}

    /** A reply that may not be there yet. */
    @FunctionalInterface
    interface Ready {
        @Nullable
        HlsReply now(Snapshot snapshot);
    }

    /** What is published, and the loop that owns it. */
    record Source(Publication publication, Executor loop) {}

    private final StreamName name;
    private final HlsSettings settings;
    private final LongSupplier clockNs;
    private final long unixMinusMonotonicNs;
    private final Executor replies;
    private final Consumer<LiveHls> onEnd;
    private final Supplier<Optional<AudioCoder.Factory>> loader;
    private final CountDownLatch ended = new CountDownLatch(1);
    private AudioCoder.@Nullable Factory coders;
    private final Shelf shelf = new Shelf();
    private final StreamPackager packager;
    private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
    private final List<Waiter> waiters = new ArrayList<>();
    private volatile Snapshot snapshot = Snapshot.EMPTY;
    private volatile long askedNs;
    private volatile boolean closed;
    private volatile boolean finished;
    private boolean over;

    private @Nullable Source source;
    private @Nullable PacketRing ring;
    private volatile @Nullable Tap tap;
    private List<Layer> layers = List.of();
    private @Nullable LayerIntake[] intakes = {};
    private @Nullable AudioCoder coder;
    private long absentNs;
    private long wishedNs;
    private long beganNs = -1;
    private String state = "";

    LiveHls(
            StreamName name,
            HlsSettings settings,
            LongSupplier clockNs,
            long unixMinusMonotonicNs,
            Executor replies,
            Supplier<Optional<AudioCoder.Factory>> loader,
            Consumer<LiveHls> onEnd) {
        this.name = name;
        this.settings = settings;
        this.clockNs = clockNs;
        this.unixMinusMonotonicNs = unixMinusMonotonicNs;
        this.replies = replies;
        this.loader = loader;
        this.onEnd = onEnd;
        this.askedNs = clockNs.getAsLong();
        this.absentNs = askedNs;
        long unixMs = unixMs(askedNs);
        // Segments last longer than half a second: counted from the clock, their numbers never meet those of a run
        // before.
        this.packager = new StreamPackager(
                settings, shelf, Long.toString(unixMs, Character.MAX_RADIX), unixMs / 500, unixMinusMonotonicNs);
    }

    StreamName name() {
        return name;
    }

    Shelf shelf() {
        return shelf;
    }

    /** What there is now, and notes that somebody asked. Any thread. */
    Snapshot ask() {
        askedNs = clockNs.getAsLong();
        return snapshot;
    }

    /** What the clock says that all times of the stream are by: now, to the millisecond. */
    Instant wallClock() {
        return Instant.ofEpochMilli(unixMs(clockNs.getAsLong()));
    }

    /** Answers when the reply is there, or with 503 when that takes too long. Any thread. */
    void await(Ready ready, Consumer<HlsReply> out) {
        long untilNs = clockNs.getAsLong() + BLOCK_NS;
        Runnable command = () -> waiters.add(new Waiter(untilNs, ready, out));
        commands.add(command);
        if (finished && commands.remove(command)) {
            out.accept(notInTime());
        }
    }

    /** Another publication is the stream's, or none. Any thread. */
    void onSource(@Nullable Source next) {
        commands.add(() -> attach(next));
    }

    void close() {
        closed = true;
    }

    /** Waits until its thread is through with it, a second at most. */
    void awaitEnd() {
        try {
            var _ = ended.await(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void run() {
        try {
            coders = loader.get().orElse(null);
            while (!closed) {
                turn(clockNs.getAsLong());
                LockSupport.parkNanos(TURN_MS * 1_000_000L);
            }
        } catch (RuntimeException defect) {
            LOG.error("{} is packaged no more: a defect of ours", name, defect);
        } finally {
            finish();
            ended.countDown();
        }
    }

    private void turn(long nowNs) {
        for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
            command.run();
        }
        PacketRing from = ring;
        if (from != null) {
            from.drain((layer, packet) -> {
                LayerIntake intake = intakes[layer];
                if (intake != null) {
                    intake.add(packet, nowNs);
                }
            });
        }
        for (LayerIntake intake : intakes) {
            if (intake != null) {
                intake.onTime(nowNs);
            }
        }
        packager.onTime(nowNs);
        wish(nowNs);
        Tap tapped = tap;
        if (tapped != null && tapped.isStale()) {
            attach(source);
        }
        show(nowNs);
        serve(nowNs);
        if (source == null && !over && nowNs - absentNs > ABSENCE_NS) {
            // Players end; those who ask when somebody publishes again begin anew.
            over = true;
            packager.end();
            show(nowNs);
        }
        if (nowNs - askedNs > IDLE_NS || (over && (source != null || nowNs - absentNs > ABSENCE_NS + IDLE_NS))) {
            closed = true;
        }
    }

    private void finish() {
        attach(null);
        packager.end();
        show(clockNs.getAsLong());
        onEnd.accept(this);
        finished = true;
        long nowNs = clockNs.getAsLong();
        for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
            command.run();
        }
        serve(nowNs);
        serve(Long.MAX_VALUE);
        AudioCoder used = coder;
        if (used != null) {
            used.close();
        }
    }

    private void attach(@Nullable Source next) {
        Tap old = tap;
        Source before = source;
        if (old != null && before != null) {
            before.loop().execute(old::close);
        }
        boolean first = layers.isEmpty();
        tap = null;
        ring = null;
        intakes = new @Nullable LayerIntake[0];
        source = next;
        absentNs = clockNs.getAsLong();
        if (next == null) {
            return;
        }
        if (!first) {
            packager.restart();
        }
        List<Layer> all = new ArrayList<>();
        List<@Nullable LayerIntake> takes = new ArrayList<>();
        next.publication().tracks().forEach(track -> {
            int index = 0;
            for (Layer layer : track.layers()) {
                String rendition = (track.kind() == MediaKind.VIDEO ? "v" : "a") + index++;
                all.add(layer);
                takes.add(LayerIntake.of(layer.codec(), HOLD_NS, unit -> onUnit(rendition, track.kind(), unit)));
            }
        });
        layers = List.copyOf(all);
        intakes = takes.toArray(new @Nullable LayerIntake[0]);
        PacketRing fresh = new PacketRing(RING_BYTES);
        ring = fresh;
        List<Layer> tapped = layers;
        next.loop().execute(() -> tap = Tap.open(tapped, fresh, clockNs.getAsLong()));
    }

    private void onUnit(String rendition, MediaKind kind, AccessUnit unit) {
        long nowNs = clockNs.getAsLong();
        if (kind == MediaKind.VIDEO || coders == null) {
            packager.add(rendition, unit, nowNs);
            return;
        }
        if (!hasVideo() || !packager.renditions().isEmpty()) {
            transcode(rendition, unit, nowNs);
        }
    }

    private boolean awaitsSound(List<Rendition> offered) {
        boolean published = layers.stream().anyMatch(layer -> layer.codec().kind() == MediaKind.AUDIO);
        return published && offered.stream().noneMatch(each -> each.format() instanceof AudioFormat);
    }

    private boolean hasVideo() {
        for (int i = 0; i < intakes.length; i++) {
            if (intakes[i] != null && layers.get(i).codec().kind() == MediaKind.VIDEO) {
                return true;
            }
        }
        return false;
    }

    private void transcode(String rendition, AccessUnit unit, long nowNs) {
        AudioCoder used = coder;
        if (used == null) {
            used = Objects.requireNonNull(coders).create();
            coder = used;
        }
        AudioCoder chosen = used;
        int rate = chosen.format().sampleRateHz();
        // What comes out has times of the ticks that went in; its capture moves along.
        chosen.add(unit.data(), unit.ticks(), (start, packet) -> {
            long shiftNs = (start - unit.ticks()) * 1_000_000_000L / rate;
            packager.add(
                    rendition,
                    new AccessUnit(start, unit.captureNs() + shiftNs, unit.arrivalNs(), true, chosen.format(), packet),
                    nowNs);
        });
    }

    /** Asks the publisher for keys of all layers at once, so that they are cut alike (H20). */
    private void wish(long nowNs) {
        Source from = source;
        if (from == null || nowNs - wishedNs < KEY_WISH_NS) {
            return;
        }
        boolean wanted = packager.isDue();
        for (LayerIntake intake : intakes) {
            wanted |= intake != null && intake.needsKey();
        }
        if (wanted) {
            wishedNs = nowNs;
            List<Layer> all = layers;
            from.loop()
                    .execute(() -> all.stream()
                            .filter(layer -> layer.isActive(nowNs))
                            .forEach(layer -> layer.requestKeyframe(nowNs)));
        }
    }

    private void show(long nowNs) {
        List<Rendition> renditions = packager.renditions();
        if (beganNs < 0 && !renditions.isEmpty()) {
            beganNs = nowNs;
        }
        List<Rendition> offered =
                renditions.stream().filter(packager::isAligned).toList();
        boolean complete = nowNs - beganNs > SOUND_NS || !awaitsSound(offered);
        StringBuilder now = new StringBuilder().append(complete);
        for (Rendition each : renditions) {
            now.append(each.name()).append(each.lastSequence()).append('.').append(each.lastPart());
            now.append(each.open().sequence()).append(each.ended());
        }
        if (!now.toString().equals(state)) {
            state = now.toString();
            snapshot =
                    new Snapshot(renditions, complete ? offered : List.of(), settings, name.toString(), unixMs(nowNs));
        }
    }

    private long unixMs(long nowNs) {
        return (nowNs + unixMinusMonotonicNs) / 1_000_000;
    }

    private HlsReply notInTime() {
        return HlsReply.problem(
                503,
                "not-in-time",
                "What was asked for did not come in " + BLOCK_NS / 1_000_000_000L + " s: the publisher of " + name
                        + " sends nothing, or no keyframe; ask again.");
    }

    private void serve(long nowNs) {
        if (waiters.isEmpty()) {
            return;
        }
        Snapshot shown = snapshot;
        HlsReply late = notInTime();
        Map<HlsReply, List<Consumer<HlsReply>>> answered = new HashMap<>();
        waiters.removeIf(waiter -> {
            HlsReply reply = waiter.ready().now(shown);
            if (reply == null && nowNs >= waiter.untilNs()) {
                reply = late;
            }
            if (reply == null) {
                return false;
            }
            answered.computeIfAbsent(reply, _ -> new ArrayList<>()).add(waiter.out());
            return true;
        });
        // Writing is for other threads: the next part must not wait for a thousand sockets.
        answered.forEach((reply, outs) -> {
            for (int from = 0; from < outs.size(); from += 128) {
                List<Consumer<HlsReply>> some = outs.subList(from, Math.min(outs.size(), from + 128));
                replies.execute(() -> some.forEach(out -> out.accept(reply)));
            }
        });
    }
}
