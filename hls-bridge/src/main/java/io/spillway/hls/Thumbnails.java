package io.spillway.hls;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.MediaKind;
import io.spillway.media.frame.AccessUnit;
import io.spillway.media.frame.LayerIntake;
import io.spillway.media.frame.PacketRing;
import io.spillway.media.frame.Painter;
import io.spillway.media.frame.Tap;
import io.spillway.media.live.Layer;
import io.spillway.media.live.Publication;
import io.spillway.media.live.StreamName;
import io.spillway.media.mp4.VideoFormat;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest keyframe of each live stream as a small JPEG: made when somebody asks, one a stream, and given to all who ask within a few seconds. One thread of its own makes them, media loops only
 * copy a frame's packets.
 */
final class Thumbnails {

    /** A picture is given for this long, and a keyframe is new for this long: with the same time in caches none is much older than ten seconds. */
    static final long FRESH_NS = 5_000_000_000L;

    /** A publisher that was asked for a keyframe is waited for so often, for so long; then an older one has to do. */
    static final int LOOKS = 10;

    static final long LOOK_NS = 200_000_000L;

    /** Layers below it are not taken where there is a larger one: they would show. */
    private static final int MIN_HEIGHT = 270;

    /** A keyframe of 4K at a high rate. */
    private static final int RING_BYTES = 1 << 21;

    private static final long LOOP_PATIENCE_MS = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(Thumbnails.class);

    /** The painting thread. */
    @FunctionalInterface
    interface Timer {
        /** Runs a task on it when so much time has passed. Any thread. */
        void after(long delayNs, Runnable task);
    }

    /** What is answered until a time. */
    private record Shown(HlsReply reply, long untilNs) {}

    /** What a loop found; its packets are in the ring. */
    private record Found(Layer layer, Codec codec) {}

    /** A publication's picture. All but {@link #shown} belongs to the painting thread. */
    private static final class Still {
        final StreamName name;
        final LiveHls.Source source;
        final List<Consumer<HlsReply>> waiters = new ArrayList<>();
        volatile @Nullable Shown shown;
        int looksLeft;
        long paintedTicks;

        @Nullable
        HlsReply painted;

        Still(StreamName name, LiveHls.Source source) {
            this.name = name;
            this.source = source;
        }
    }

    private final LongSupplier clockNs;
    private final Timer timer;
    private final Supplier<Optional<Painter.Factory>> painters;
    private final String cacheControl;
    private final Map<StreamName, Still> stills = new ConcurrentHashMap<>();
    private @Nullable Painter painter;
    private PacketRing ring = new PacketRing(RING_BYTES);

    /**
     * @param painters what makes pictures on this machine, empty where nothing can; may take its time
     * @param cacheControl of pictures
     */
    Thumbnails(LongSupplier clockNs, Timer timer, Supplier<Optional<Painter.Factory>> painters, String cacheControl) {
        this.clockNs = clockNs;
        this.timer = timer;
        this.painters = painters;
        this.cacheControl = cacheControl;
    }

    /** Answers with the picture of what is published, at once or when it is made. Any thread. */
    void request(StreamName name, LiveHls.Source source, Consumer<HlsReply> out) {
        Still still = stills.compute(
                name,
                (_, known) -> known != null && known.source.publication() == source.publication()
                        ? known
                        : new Still(name, source));
        Shown shown = still.shown;
        if (shown != null && clockNs.getAsLong() < shown.untilNs) {
            out.accept(shown.reply);
        } else {
            timer.after(0, () -> add(still, out));
        }
    }

    /** The stream has ended. Any thread. */
    void forget(StreamName name) {
        stills.remove(name);
    }

    private void add(Still still, Consumer<HlsReply> out) {
        Shown shown = still.shown;
        if (shown != null && clockNs.getAsLong() < shown.untilNs) {
            out.accept(shown.reply);
            return;
        }
        still.waiters.add(out);
        if (still.waiters.size() == 1) {
            still.looksLeft = LOOKS;
            look(still);
        }
    }

    private void look(Still still) {
        HlsReply reply;
        try {
            Found found = find(still);
            AccessUnit key = found == null ? null : unit(found);
            boolean fresh = key != null && clockNs.getAsLong() - key.arrivalNs() < FRESH_NS;
            if (found != null && !fresh && still.looksLeft-- > 0) {
                still.source.loop().execute(() -> found.layer.requestKeyframe(clockNs.getAsLong()));
                timer.after(LOOK_NS, () -> look(still));
                return;
            }
            reply = found == null ? soundOnly(still.name) : key == null ? noPicture(still.name) : paint(still, key);
        } catch (RuntimeException defect) {
            LOG.error("no thumbnail of {}: a defect of ours", still.name, defect);
            reply = noPicture(still.name);
        }
        still.shown = new Shown(reply, clockNs.getAsLong() + FRESH_NS);
        for (Consumer<HlsReply> waiter : still.waiters) {
            waiter.accept(reply);
        }
        still.waiters.clear();
    }

    /** Has the publication's loop copy the newest keyframe; null when there are no pictures. */
    private @Nullable Found find(Still still) {
        PacketRing into = ring;
        CompletableFuture<Optional<Found>> found = new CompletableFuture<>();
        still.source.loop().execute(() -> {
            try {
                found.complete(copy(still.source.publication(), into, clockNs.getAsLong()));
            } catch (RuntimeException defect) {
                found.completeExceptionally(defect);
            }
        });
        try {
            return found.get(LOOP_PATIENCE_MS, TimeUnit.MILLISECONDS).orElse(null);
        } catch (ExecutionException | TimeoutException | InterruptedException failed) {
            // The loop may still write into it.
            ring = new PacketRing(RING_BYTES);
            throw new IllegalStateException(failed);
        }
    }

    /** On the publication's loop. */
    private static Optional<Found> copy(Publication publication, PacketRing into, long nowNs) {
        return publication.track(MediaKind.VIDEO).map(track -> {
            Layer layer = pick(track.layers(), nowNs);
            Tap.copyNewestKey(layer, into, nowNs);
            return new Found(layer, layer.codec());
        });
    }

    /** The smallest that is large enough and sends, else the largest. */
    private static Layer pick(List<Layer> layers, long nowNs) {
        List<Layer> sending =
                layers.stream().filter(layer -> layer.isActive(nowNs)).toList();
        Comparator<Layer> bySize = Comparator.comparingInt(Layer::height);
        return sending.stream()
                .filter(layer -> layer.height() >= MIN_HEIGHT)
                .min(bySize)
                .or(() -> sending.stream().max(bySize))
                .orElse(layers.getFirst());
    }

    /** What was copied, put together; null while it is not whole. */
    private @Nullable AccessUnit unit(Found found) {
        List<AccessUnit> units = new ArrayList<>();
        LayerIntake intake = LayerIntake.of(found.codec, 0, units::add);
        ring.drain((_, packet) -> {
            if (intake != null) {
                intake.add(packet, packet.arrivalNs());
            }
        });
        return units.isEmpty() ? null : units.getFirst();
    }

    private HlsReply paint(Still still, AccessUnit key) {
        HlsReply before = still.painted;
        if (before != null && still.paintedTicks == key.ticks()) {
            return before;
        }
        Painter used = painter();
        if (used == null) {
            return HlsReply.problem(
                    404,
                    "no-thumbnails",
                    "This server makes no thumbnails: FFmpeg's libraries cannot be used on its system; its log says more.");
        }
        byte[] jpeg = key.format() instanceof VideoFormat format ? used.jpeg(format, key.data()) : null;
        if (jpeg == null) {
            return noPicture(still.name);
        }
        String etag = "\"" + Long.toString(key.arrivalNs(), Character.MAX_RADIX) + "\"";
        HlsReply reply = HlsReply.thumbnail(jpeg, etag, cacheControl);
        still.painted = reply;
        still.paintedTicks = key.ticks();
        return reply;
    }

    private @Nullable Painter painter() {
        if (painter == null) {
            painter = painters.get().map(Painter.Factory::create).orElse(null);
        }
        return painter;
    }

    private static HlsReply soundOnly(StreamName name) {
        return HlsReply.problem(404, "no-picture", name + " has sound only.");
    }

    private static HlsReply noPicture(StreamName name) {
        return HlsReply.problem(
                404, "no-picture", "No keyframe of " + name + " has come that can be shown; ask again later.");
    }
}
