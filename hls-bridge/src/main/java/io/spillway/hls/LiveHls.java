package io.spillway.hls;

import io.spillway.hls.ladder.Ladder;
import io.spillway.hls.ladder.LadderStatus;
import io.spillway.hls.stream.EncryptionMethod;
import io.spillway.hls.stream.HlsSettings;
import io.spillway.hls.stream.Rendition;
import io.spillway.hls.stream.Shelf;
import io.spillway.hls.stream.StreamPackager;
import io.spillway.media.codec.Codec;
import io.spillway.media.codec.MediaKind;
import io.spillway.media.frame.AccessUnit;
import io.spillway.media.frame.AudioCoder;
import io.spillway.media.frame.LayerIntake;
import io.spillway.media.frame.PacketRing;
import io.spillway.media.live.Layer;
import io.spillway.media.live.Publication;
import io.spillway.media.live.StreamName;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
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
import java.util.stream.Collectors;
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

    /** Blocked requests wait three target durations, and less than players do (H25). */
    private static final long BLOCK_NS = 3 * HlsSettings.TARGET_DURATION_S * 1_000_000_000L;

    /** A stream that nobody asks for is no longer packaged. */
    private static final long IDLE_NS = 60_000_000_000L;

    /** Publishers come back within this, or the playlists end (H17). */
    private static final long ABSENCE_NS = 30_000_000_000L;

    /** The rendition of the sound that every player plays, and of the sound as it was sent. */
    private static final String AAC = "a0";

    private static final String OPUS = "a1";

    /** However often a publisher changes what it sends, its packets are taken up anew once in this time and no more, but for a few times at once: all players see each as a break. */
    private static final long ATTACH_NS = 1_000_000_000L;

    private static final int ATTACH_BURST = 4;

    private static final long KEY_WISH_NS = 400_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(LiveHls.class);

    /** What a snapshot is made of: as long as it is the same, so is the snapshot. */
    private record State(long revision, List<LadderStatus.Rung> rungs, boolean beginning) {}

    /** What is published, and the loop that owns it. */
    record Source(Publication publication, Executor loop) {}

    private final StreamName name;
    private final HlsSettings settings;
    private final LongSupplier clockNs;
    private final long unixMinusMonotonicNs;
    private final Consumer<LiveHls> onEnd;
    private final Supplier<Transcoding> loader;
    private final CountDownLatch ended = new CountDownLatch(1);
    private AudioCoder.@Nullable Factory coders;
    private volatile @Nullable Ladder ladder;
    private final Shelf shelf = new Shelf();
    private final StreamPackager packager;
    private final Offer offer;
    private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
    private final Waiters waiters;
    private volatile Snapshot snapshot = Snapshot.EMPTY;
    private volatile long askedNs;
    private volatile boolean closed;
    private volatile boolean finished;
    private boolean over;

    private @Nullable Source source;
    private final Tapping.Rings rings = new Tapping.Rings();
    private @Nullable Tapping tapping;
    private long attachDueNs;
    private boolean hurried;
    private List<Layer> layers = List.of();
    private @Nullable LayerIntake[] intakes = {};
    private @Nullable AudioCoder coder;
    private long absentNs;
    private long wishedNs;
    private State state = new State(-1, List.of(), false);

    LiveHls(
            StreamName name,
            HlsSettings settings,
            LongSupplier clockNs,
            long unixMinusMonotonicNs,
            Executor replies,
            Supplier<Transcoding> loader,
            SecureRandom random,
            Consumer<LiveHls> onEnd) {
        this.name = name;
        this.settings = settings;
        this.clockNs = clockNs;
        this.unixMinusMonotonicNs = unixMinusMonotonicNs;
        this.waiters = new Waiters(replies, this::notInTime);
        this.loader = loader;
        this.onEnd = onEnd;
        this.askedNs = clockNs.getAsLong();
        this.absentNs = askedNs;
        this.attachDueNs = askedNs;
        long unixMs = unixMs(askedNs);
        // Segments last longer than half a second: counted from the clock, their numbers never meet those of a run
        // before.
        this.packager = new StreamPackager(
                settings,
                shelf,
                Long.toString(unixMs, Character.MAX_RADIX),
                unixMs / 500,
                unixMinusMonotonicNs,
                random);
        this.offer = new Offer(packager);
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

    /** How many rings its packets came through; for tests. */
    int rings() {
        return rings.made();
    }

    /** How the renditions that are made here stand; empty when none are. Any thread. */
    Optional<LadderStatus> ladder() {
        return Optional.ofNullable(ladder).map(Ladder::status);
    }

    /** Answers when the reply is there, or with 503 when that takes too long. Any thread. */
    void await(Waiters.Ready ready, Consumer<HlsReply> out) {
        long untilNs = clockNs.getAsLong() + BLOCK_NS;
        Runnable command = () -> waiters.add(untilNs, ready, out);
        commands.add(command);
        if (finished && commands.remove(command)) {
            out.accept(notInTime());
        }
    }

    /** Another publication is the stream's, or none. Any thread. */
    void onSource(@Nullable Source next) {
        commands.add(() -> {
            detach();
            source = next;
            absentNs = clockNs.getAsLong();
        });
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
            load();
            while (!closed) {
                turn(clockNs.getAsLong());
                LockSupport.parkNanos(TURN_MS * 1_000_000L);
            }
        } catch (RuntimeException | Error defect) {
            LOG.error("{} is packaged no more: a defect of ours, or no memory", name, defect);
        } finally {
            finish();
            ended.countDown();
        }
    }

    /** Must come before the first turn. */
    void load() {
        Transcoding transcoding = loader.get();
        coders = transcoding.sound().orElse(null);
        ladder =
                transcoding.pictures().map(each -> each.create(name.toString())).orElse(null);
    }

    /** Takes in what came, shows how things stand and answers who waits. Its own thread only. */
    void turn(long nowNs) {
        for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
            command.run();
        }
        attach(nowNs);
        Tapping from = tapping;
        if (from != null) {
            from.drain((layer, packet) -> {
                LayerIntake intake = intakes[layer];
                if (intake != null) {
                    offer.onPacket(layer, nowNs);
                    intake.add(packet, nowNs);
                }
            });
        }
        for (LayerIntake intake : intakes) {
            if (intake != null) {
                intake.onTime(nowNs);
            }
        }
        Ladder made = ladder;
        if (made != null) {
            made.drain((rung, unit) -> packager.add(rung, unit, nowNs));
        }
        packager.onTime(nowNs);
        wish(nowNs);
        boolean changed = show(nowNs);
        waiters.serve(snapshot, changed, nowNs);
        if (source == null && !over && nowNs - absentNs > ABSENCE_NS) {
            // Players end; those who ask when somebody publishes again begin anew.
            over = true;
            packager.end();
        }
        if (nowNs - askedNs > IDLE_NS || (over && (source != null || nowNs - absentNs > ABSENCE_NS + IDLE_NS))) {
            closed = true;
        }
    }

    private void finish() {
        detach();
        packager.end();
        show(clockNs.getAsLong());
        onEnd.accept(this);
        finished = true;
        for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
            command.run();
        }
        waiters.serve(snapshot, true, Long.MAX_VALUE);
        AudioCoder used = coder;
        if (used != null) {
            used.close();
        }
        Ladder made = ladder;
        if (made != null) {
            made.close();
        }
    }

    /** Takes no more of what has been taken up. */
    private void detach() {
        Tapping old = tapping;
        if (old != null) {
            old.end(rings);
        }
        tapping = null;
        intakes = new @Nullable LayerIntake[0];
    }

    /** Takes up what is published, where that has not been done, or where it has changed. */
    private void attach(long nowNs) {
        Source next = source;
        Tapping old = tapping;
        if (next == null || (old != null && !old.isStale())) {
            return;
        }
        if (attachDueNs - nowNs > (ATTACH_BURST - 1) * ATTACH_NS) {
            if (!hurried) {
                LOG.warn(
                        "{} has another publisher, codec or encoder again and again; it is taken up once a second",
                        name);
            }
            hurried = true;
            return;
        }
        detach();
        PacketRing ring = rings.take();
        if (ring == null) {
            return;
        }
        attachDueNs = Math.max(attachDueNs, nowNs) + ATTACH_NS;
        boolean first = layers.isEmpty();
        Ladder made = ladder;
        if (made != null) {
            made.restart();
        }
        List<Layer> all = new ArrayList<>();
        List<@Nullable LayerIntake> takes = new ArrayList<>();
        List<List<String>> shows = new ArrayList<>();
        next.publication().tracks().forEach(track -> {
            int index = 0;
            for (Layer layer : track.layers()) {
                int number = all.size();
                String picture = "v" + index++;
                all.add(layer);
                if (track.kind() == MediaKind.AUDIO) {
                    takes.add(LayerIntake.of(layer.codec(), HOLD_NS, this::onSound));
                    shows.add(coders == null ? List.of(OPUS) : List.of(AAC, OPUS));
                } else {
                    takes.add(pictures(layer.codec(), number, picture));
                    shows.add(isPassed(layer.codec()) ? List.of(picture) : List.of());
                }
            }
        });
        layers = List.copyOf(all);
        intakes = takes.toArray(new @Nullable LayerIntake[0]);
        BitSet played = new BitSet();
        for (int i = 0; i < all.size(); i++) {
            played.set(i, all.get(i).codec() == Codec.H264);
        }
        offer.restart(List.copyOf(shows), played, (int)
                all.stream().filter(layer -> isPassed(layer.codec())).count());
        if (!first) {
            packager.restart(hasVideo());
        }
        tapping = Tapping.begin(next, layers, ring, clockNs);
    }

    /** Whether a layer is a rendition itself. HLS does not carry VP8, and where samples are encrypted, neither what is not divided into NAL units. */
    private boolean isPassed(Codec codec) {
        return settings.encryption() == EncryptionMethod.CBCS
                ? codec == Codec.H264 || codec == Codec.H265
                : codec.kind() == MediaKind.VIDEO && codec != Codec.VP8;
    }

    /** What takes the frames of a layer of pictures; null when nobody wants them. */
    private @Nullable LayerIntake pictures(Codec codec, int layer, String rendition) {
        boolean passed = isPassed(codec);
        return passed || ladder != null
                ? LayerIntake.of(codec, HOLD_NS, unit -> onPicture(layer, rendition, passed, unit))
                : null;
    }

    private void onPicture(int layer, String rendition, boolean passed, AccessUnit unit) {
        long nowNs = clockNs.getAsLong();
        boolean begins = passed && packager.add(rendition, unit, nowNs);
        Ladder makes = ladder;
        if (makes != null && (!passed || offer.wantsMore(nowNs))) {
            makes.offer(layer, passed, begins, unit, nowNs);
        }
    }

    private void onSound(AccessUnit unit) {
        // The picture leads where there is one.
        if (hasVideo() && packager.renditions().isEmpty()) {
            return;
        }
        long nowNs = clockNs.getAsLong();
        if (coders != null) {
            transcode(unit, nowNs);
        }
        packager.add(OPUS, unit, nowNs);
    }

    private List<LadderStatus.Rung> rungs() {
        Ladder made = ladder;
        return made == null ? List.of() : made.status().rungs();
    }

    /** Whether there is no time to make a rendition. Any thread. */
    boolean isShed(String rendition) {
        return rungs().stream().anyMatch(rung -> rung.isShed(rendition));
    }

    private boolean hasVideo() {
        for (int i = 0; i < intakes.length; i++) {
            if (intakes[i] != null && layers.get(i).codec().kind() == MediaKind.VIDEO) {
                return true;
            }
        }
        return false;
    }

    private void transcode(AccessUnit unit, long nowNs) {
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
                    AAC,
                    new AccessUnit(start, unit.captureNs() + shiftNs, unit.arrivalNs(), true, chosen.format(), packet),
                    nowNs);
        });
    }

    /** Asks the publisher for keys of all layers at once, so that they are cut alike (H20). */
    private void wish(long nowNs) {
        Source from = source;
        if (from == null || tapping == null || nowNs - wishedNs < KEY_WISH_NS) {
            return;
        }
        Ladder made = ladder;
        // What is made has keys of its own.
        boolean makesAll = made != null
                && layers.stream()
                        .anyMatch(layer -> layer.codec().kind() == MediaKind.VIDEO && !isPassed(layer.codec()));
        boolean wanted = (packager.isDue() && !makesAll) || (made != null && made.needsKey(nowNs));
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

    /** Shows how things stand, where that is another way than before. */
    private boolean show(long nowNs) {
        Ladder made = ladder;
        List<LadderStatus.Rung> rungs = rungs();
        State now = new State(packager.revision(), rungs, made != null && made.isBeginning());
        if (now.equals(state)) {
            return false;
        }
        state = now;
        List<Rendition> renditions = packager.renditions();
        offer.judge(renditions, nowNs);
        List<Rendition> offered = offer.of(renditions, rungs);
        List<Rendition> playable = offer.toPlay(offered, nowNs);
        snapshot = new Snapshot(
                renditions,
                offer.isComplete(offered, rungs, now.beginning(), nowNs) ? offered : List.of(),
                offer.isComplete(playable, rungs, now.beginning(), nowNs) ? playable : List.of(),
                renditions.stream()
                        .filter(packager::isSilent)
                        .map(Rendition::name)
                        .collect(Collectors.toSet()),
                settings,
                name.toString(),
                unixMs(nowNs));
        return true;
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
}
