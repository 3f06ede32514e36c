package io.spillway.sfu.session;

import io.spillway.media.codec.MediaKind;
import io.spillway.media.live.LiveStream;
import io.spillway.media.live.Publication;
import io.spillway.media.live.PublicationListener;
import io.spillway.media.live.StreamName;
import io.spillway.sfu.DropCounters;
import io.spillway.sfu.Sfu.SessionRole;
import io.spillway.sfu.crossing.Feed;
import io.spillway.sfu.crossing.Mirror;
import io.spillway.sfu.crossing.Subscription;
import io.spillway.sfu.inbound.InboundMedia;
import io.spillway.sfu.session.StreamDirectory.Takeover;
import io.spillway.sfu.session.StreamState.Live;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one loop's sessions. A stream published elsewhere is mirrored while it has viewers here; one published here is fed to the loops that
 * ask for it.
 *
 * <pre>
 *   viewers' loop                         publisher's loop
 *   follow: the directory names it
 *        | --- subscribe ------------------> feed begins with a snapshot
 *   mirror opens  <--------- opened -------- |
 *   viewers watch <===== bursts, clock ===== |
 *        | --- keyframe wanted ------------> layer, publisher
 *   mirror ends   <--------- ended --------- publisher leaves
 *        | --- unsubscribe ----------------> feed stops          (its last viewer left, or another publisher took over)
 * </pre>
 */
final class LoopStreams {

    private final int index;
    private final StreamDirectory directory;
    private final Loops loops;
    private final Crossings crossings;
    private final DropCounters drops;
    private final DistinctErrors defects;
    private final Map<StreamName, LocalStream> streams = new HashMap<>();

    private final MirrorTable mirrored = new MirrorTable();
    private final List<Mirror> touched = new ArrayList<>();

    LoopStreams(
            int index,
            StreamDirectory directory,
            Loops loops,
            Crossings crossings,
            DropCounters drops,
            DistinctErrors defects) {
        this.index = index;
        this.directory = directory;
        this.loops = loops;
        this.crossings = crossings;
        this.drops = drops;
        this.defects = defects;
    }

    // Sessions of this loop

    /** A session of this loop joins a stream, which is made when it is not there. */
    LiveStream join(SessionRole role, StreamName name, long nowNs) {
        LocalStream stream = streams.computeIfAbsent(name, LocalStream::new);
        stream.sessions++;
        if (role == SessionRole.VIEWER && stream.viewers++ == 0) {
            follow(name, nowNs);
        }
        return stream.live();
    }

    /** It is gone. The stream goes with the last. */
    void leave(SessionRole role, StreamName name, long nowNs) {
        LocalStream stream = streams.get(name);
        if (stream == null) {
            return;
        }
        if (role == SessionRole.VIEWER && --stream.viewers == 0) {
            drop(stream);
            endWatched(stream, nowNs);
        }
        if (--stream.sessions == 0) {
            streams.remove(name);
        }
    }

    /** The media of a publisher of this loop can flow: the stream is its own from now on, on all loops; false when it may not be. */
    boolean publish(StreamName name, String sessionId, InboundMedia source, long nowNs) {
        Publication publication = source.publication();
        LocalStream stream = streams.computeIfAbsent(name, LocalStream::new);
        Takeover takeover = directory.takeOver(
                name,
                index,
                sessionId,
                LocalStream.carried(publication, MediaKind.AUDIO),
                LocalStream.carried(publication, MediaKind.VIDEO));
        if (!takeover.accepted()) {
            return false;
        }
        endFeeds(stream);
        stream.generation = takeover.generation();
        stream.source = source;
        stream.hasChangedFormat(publication);
        stream.live().publish(publication, nowNs);
        PublicationListener follower = loops.follower();
        if (follower != null) {
            follower.onPublished(name, publication, task -> loops.post(index, (_, _) -> task.run()));
        }
        drop(stream);
        for (int loop = 0; loop < loops.count(); loop++) {
            if (loop != index) {
                loops.post(loop, (core, thenNs) -> core.streams().follow(name, thenNs));
            }
        }
        Live replaced = takeover.replaced();
        if (replaced != null) {
            loops.post(replaced.loop(), (core, thenNs) -> core.endReplaced(replaced.sessionId(), thenNs));
        }
        return true;
    }

    /** Offers are answered with what a publication carries now. */
    void describe(StreamName name, Publication publication) {
        LocalStream stream = streams.get(name);
        if (stream != null && stream.published() == publication && stream.hasChangedFormat(publication)) {
            directory.describe(
                    name,
                    stream.generation,
                    LocalStream.carried(publication, MediaKind.AUDIO),
                    LocalStream.carried(publication, MediaKind.VIDEO));
        }
    }

    /** A publisher of this loop is gone. */
    void unpublish(StreamName name, Publication publication) {
        LocalStream stream = streams.get(name);
        if (stream != null && stream.published() == publication) {
            directory.unpublish(name, stream.generation);
            PublicationListener follower = loops.follower();
            if (follower != null) {
                follower.onEnded(name, publication);
            }
            stream.source = null;
            stream.generation = 0;
            endFeeds(stream);
        }
    }

    /** What is to be told of a stream published here; empty for others. */
    Optional<StatusReport> report(StreamName name, long nowNs) {
        LocalStream stream = streams.get(name);
        InboundMedia source = stream == null ? null : stream.source;
        return source == null ? Optional.empty() : Optional.of(StatusReport.of(name, source, nowNs));
    }

    /** What is to be told of all streams published here. */
    List<StatusReport> reports(long nowNs) {
        return streams.keySet().stream()
                .flatMap(name -> report(name, nowNs).stream())
                .toList();
    }

    // As a viewers' loop

    /** Watches what the directory says is live, if this loop has viewers of the stream and does not watch it already. */
    void follow(StreamName name, long nowNs) {
        LocalStream stream = streams.get(name);
        Live live = directory.find(name).map(StreamState::live).orElse(null);
        if (stream == null || live == null || stream.viewers == 0 || live.loop() == index) {
            return;
        }
        Mirror known = stream.mirror;
        if (known != null && known.subscription().generation() == live.generation()) {
            return;
        }
        drop(stream);
        Subscription subscription = new Subscription(name, live.generation(), index, mirrored.add(stream));
        stream.mirror = new Mirror(subscription, live.loop(), this::askForKeyframe);
        loops.post(live.loop(), (core, thenNs) -> core.streams().subscribe(subscription, thenNs));
    }

    /** The mirror of that number, opened; null when it is gone. Its viewers get what comes with the next {@link #flush}. */
    @Nullable
    Mirror mirror(int number, long nowNs) {
        LocalStream stream = mirrored.find(number);
        Mirror mirror = stream == null ? null : stream.mirror;
        if (stream == null || mirror == null) {
            return null;
        }
        if (mirror.touch()) {
            touched.add(mirror);
        }
        Publication opened = mirror.open();
        if (opened != null) {
            stream.live().publish(opened, nowNs);
        }
        return mirror.publication() == null ? null : mirror;
    }

    /** Hands what came from other loops to the viewers. */
    void flush(long nowNs) {
        for (int i = 0; i < touched.size(); i++) {
            touched.get(i).flush(nowNs);
        }
        touched.clear();
    }

    private void onEnded(int number, long nowNs) {
        LocalStream stream = mirrored.find(number);
        if (stream != null) {
            mirrored.remove(number);
            stream.mirror = null;
            endWatched(stream, nowNs);
            follow(stream.name(), nowNs);
        }
    }

    /** What is shown of another loop's publication ends. */
    private static void endWatched(LocalStream stream, long nowNs) {
        Publication watched = stream.live().publication();
        if (watched != null && watched != stream.published()) {
            stream.live().unpublish(watched, nowNs);
        }
    }

    private void drop(LocalStream stream) {
        Mirror left = stream.mirror;
        if (left != null) {
            stream.mirror = null;
            Subscription subscription = left.subscription();
            mirrored.remove(subscription.mirror());
            loops.post(left.publisherLoop(), (core, _) -> core.streams().unsubscribe(subscription));
        }
    }

    private void askForKeyframe(Mirror mirror, int layer, long nowNs) {
        Subscription subscription = mirror.subscription();
        loops.post(
                mirror.publisherLoop(), (core, thenNs) -> core.streams().onKeyframeWanted(subscription, layer, thenNs));
    }

    // As the publisher's loop

    private void subscribe(Subscription subscription, long nowNs) {
        LocalStream stream = streams.get(subscription.stream());
        Publication publication = stream == null ? null : stream.published();
        if (stream == null || publication == null || stream.generation != subscription.generation()) {
            tellEnded(subscription);
            return;
        }
        stream.feeds.add(new Feed(
                subscription,
                publication,
                crossings.to(subscription.toLoop()),
                drops,
                defect -> defects.note("a feed of " + subscription.stream(), defect),
                nowNs));
        loops.post(subscription.toLoop(), (core, thenNs) -> core.streams().mirror(subscription.mirror(), thenNs));
    }

    private void unsubscribe(Subscription subscription) {
        Feed feed = feed(subscription);
        LocalStream stream = streams.get(subscription.stream());
        if (feed != null && stream != null) {
            stream.feeds.remove(feed);
            feed.stop();
        }
    }

    private void onKeyframeWanted(Subscription subscription, int layer, long nowNs) {
        Feed feed = feed(subscription);
        if (feed != null) {
            feed.requestKeyframe(layer, nowNs);
        }
    }

    private @Nullable Feed feed(Subscription subscription) {
        LocalStream stream = streams.get(subscription.stream());
        if (stream != null) {
            for (Feed feed : stream.feeds) {
                if (feed.subscription() == subscription) {
                    return feed;
                }
            }
        }
        return null;
    }

    private void endFeeds(LocalStream stream) {
        for (Feed feed : stream.feeds) {
            feed.stop();
            tellEnded(feed.subscription());
        }
        stream.feeds.clear();
    }

    private void tellEnded(Subscription subscription) {
        loops.post(subscription.toLoop(), (core, thenNs) -> core.streams().onEnded(subscription.mirror(), thenNs));
    }
}
