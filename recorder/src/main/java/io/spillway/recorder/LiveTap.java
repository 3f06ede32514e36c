package io.spillway.recorder;

import io.spillway.media.frame.Tap;
import io.spillway.media.live.HandoverRing;
import io.spillway.media.live.Layer;
import io.spillway.recorder.journal.Source;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A publication's layers as they are journaled: a tap on its loop, and the ring that it fills. Opened, drained and closed by the recording's thread. The loop does the one after the other, so that what was closed
 * before it was open stays closed.
 */
final class LiveTap {

    /** A disk may stall for ten seconds of 6 Mbps. */
    private static final int RING_BYTES = 8 << 20;

    private final Executor loop;
    private final HandoverRing ring = new HandoverRing(RING_BYTES);
    private final JournalSink sink;
    private long lostTold;

    /** The loop's to change. */
    private volatile @Nullable Tap tap;

    private LiveTap(StreamRecording.LiveSource from, long beganNs) {
        this.loop = from.loop();
        this.sink = new JournalSink(from.publication(), ring, beganNs);
    }

    /** @param beganNs when the journal began, by the loop's clock */
    static LiveTap open(StreamRecording.LiveSource from, LongSupplier clockNs, long beganNs) {
        List<Layer> layers = from.publication().tracks().stream()
                .flatMap(track -> track.layers().stream())
                .limit(Source.MAX_LAYERS)
                .toList();
        LiveTap made = new LiveTap(from, beganNs);
        made.loop.execute(() -> made.tap = Tap.open(layers, made.sink, clockNs.getAsLong()));
        return made;
    }

    /** As {@link Tap#isStale}; not before it is open. */
    boolean isStale() {
        Tap opened = tap;
        return opened != null && opened.isStale();
    }

    /** Gives what came, in order. */
    void drain(HandoverRing.Reader out) {
        ring.drain(out);
    }

    /** What found no room since this was asked last. */
    long newlyLost() {
        long now = sink.lost();
        long lost = now - lostTold;
        lostTold = now;
        return lost;
    }

    void close() {
        loop.execute(() -> {
            Tap opened = tap;
            if (opened != null) {
                opened.close();
            }
        });
    }
}
