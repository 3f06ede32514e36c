package io.spillway.sfu.outbound;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.MediaKind;
import io.spillway.media.live.Layer;
import io.spillway.media.live.LayerOption;
import io.spillway.media.live.LayerSelection;
import io.spillway.media.live.LayerSubscriber;
import io.spillway.media.live.Publication;
import io.spillway.media.live.StoredPacket;
import io.spillway.media.live.Track;
import io.spillway.media.rtp.HeaderExtension;
import io.spillway.sfu.DropCounters;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.LayerWish;
import io.spillway.sfu.congestion.BandwidthEstimate;
import io.spillway.sfu.sdp.AgreedMedia;
import io.spillway.sfu.sdp.CodecMatcher;
import io.spillway.sfu.sdp.PayloadMapping;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides what one m-line of a viewer gets, and from when: which layer of the publication, from which keyframe on, cached pictures first (R5, R7, R14, R23).
 *
 * <pre>
 *   IDLE --publication--> WAITING --cached group--> REPLAYING --live edge--> LIVE
 *                            |  ^-- codec or encoder changed -----------------'
 *                            '-- keyframe arrives --------------------------> LIVE
 *   REPLAYING, LIVE --no picture is affordable--> PAUSED --keyframe of one that is--> REPLAYING, LIVE
 * </pre>
 *
 * Audio has no keyframes and no past: its first packet starts it.
 */
final class OutboundTrack implements LayerSubscriber {

    /** In place of a FIR's number: the request is a PLI. */
    static final int PICTURE_LOSS = -1;

    /** A group begun this recently is sent as it lies: what a burst brought, or waited for the first keyframe. */
    private static final long REPLAY_WORTH_NS = 25_000_000L;

    private static final long RECONSIDER_NS = 500_000_000L;

    /** Late packets of a replay come no later than this after it. */
    private static final long REPLAY_MEMORY_NS = 10_000_000_000L;

    /** Answers to the viewer's NACKs are kept this long after the publisher left or was replaced. */
    private static final long OFFLINE_MEMORY_NS = 2_000_000_000L;

    /** Showing the cached group again and again must not cost more than the stream does. */
    private static final long MIN_REJOIN_NS = 10_000_000_000L;

    private static final long NEVER = Long.MAX_VALUE;
    private static final long NOTHING = -1;

    private final AgreedMedia media;
    private final OutboundStream stream;
    private final BandwidthEstimate estimate;
    private final WithheldLayers withheld = new WithheldLayers();
    private final WishedLayers wished = new WishedLayers();
    private final CodecMatcher matcher;
    private final DropCounters drops;
    private final DefectListener defects;
    private final Runnable deadlineMoved;
    private final KeyframeDemand demand = new KeyframeDemand();
    private final LayerSwitch next = new LayerSwitch(this);
    private final Pacer pacer;
    private final StoredPacket stored = new StoredPacket();
    private final StoredPacket scratch = new StoredPacket();

    private LayerChoice choice;
    private State state = State.IDLE;
    private @Nullable Track track;
    private @Nullable LayerSelection selected;
    private @Nullable Layer source;
    private int sourceEpoch;
    private @Nullable PayloadMapping payload;
    private @Nullable Replay replay;

    /** First packet that waits for the pacer, {@link #NOTHING} where none does. */
    private long held = NOTHING;

    private long heldWakeNs = NEVER;
    private long replayWakeNs = NEVER;
    private long replayForgetNs = NEVER;
    private long keyframeRetryNs = NEVER;
    private long reconsiderNs = NEVER;
    private long forgetNs = NEVER;
    private long retryEveryNs = RECONSIDER_NS;

    /** No picture is affordable: what is sent ends with the present one. */
    private boolean pausing;

    /** Whether it was asked last time what is affordable. */
    private boolean judged;

    private long rejoinNotBeforeNs;
    private long toldNs = NEVER;

    private enum State {
        /** Nothing is published for this m-line. */
        IDLE,
        /** The publication's codec was not agreed. */
        REFUSED,
        /** Nothing is sent before a keyframe. */
        WAITING,
        /** Cached pictures are sent, live ones queue behind them. */
        REPLAYING,
        /** Packets go on as they come. */
        LIVE,
        /** The viewer's network carries no picture: nothing is read but the layer to go on with. */
        PAUSED
    }

    OutboundTrack(
            AgreedMedia media,
            OutboundStream stream,
            BandwidthEstimate estimate,
            LayerChoice choice,
            CodecMatcher matcher,
            DropCounters drops,
            DefectListener defects,
            Runnable deadlineMoved) {
        this.media = media;
        this.stream = stream;
        this.estimate = estimate;
        this.choice = choice;
        this.pacer = new Pacer(estimate);
        this.matcher = matcher;
        this.drops = drops;
        this.defects = defects;
        this.deadlineMoved = deadlineMoved;
    }

    OutboundStream stream() {
        return stream;
    }

    MediaKind kind() {
        return media.kind();
    }

    /** Goes over to a publication, the first or one that replaces another. */
    void attach(Publication publication, long nowNs) {
        detach(nowNs);
        track = publication.track(media.kind()).orElse(null);
        if (track == null) {
            return;
        }
        state = State.WAITING;
        for (Layer layer : track.layers()) {
            layer.subscribe(this);
        }
        chooseFirst(track, nowNs);
    }

    @Override
    public void onDefect(RuntimeException defect, long nowNs) {
        defects.onDefect(defect, nowNs);
    }

    /** Leaves what is published; what was sent can be sent again for a while. */
    void detach(long nowNs) {
        Track left = track;
        if (left != null) {
            for (Layer layer : left.layers()) {
                layer.unsubscribe(this);
            }
            forgetNs = nowNs + OFFLINE_MEMORY_NS;
        }
        track = null;
        selected = null;
        source = null;
        payload = null;
        state = State.IDLE;
        pausing = false;
        next.abandon();
        endReplay();
        keyframeRetryNs = NEVER;
        reconsiderNs = NEVER;
        stream.fallSilent();
    }

    @Override
    public void onBurst(Layer layer, long[] sequences, int count, long nowNs) {
        long knownNs = toldNs;
        onPackets(layer, sequences, count, nowNs);
        if (nextDeadlineNs() < knownNs) {
            deadlineMoved.run();
        }
    }

    private void onPackets(Layer layer, long[] sequences, int count, long nowNs) {
        Track current = track;
        if (current == null) {
            return;
        }
        if (source == null) {
            chooseFirst(current, nowNs);
            return;
        }
        if (layer == source) {
            onSource(layer, sequences, count, nowNs);
        } else if (layer == next.target()) {
            next.onBurst(layer, nowNs);
            if (next.keyframe() != LayerSwitch.NONE && !stream.isInFrame()) {
                switchLayer(nowNs);
            }
        }
    }

    /** The viewer lost the picture; {@code firSequence} is {@link #PICTURE_LOSS}, or a FIR's 0..255. */
    void onKeyframeWanted(int firSequence, long nowNs) {
        Layer current = source;
        if (media.kind() == MediaKind.VIDEO) {
            stream.onPictureLoss();
        }
        boolean passed = state != State.PAUSED
                && (firSequence == PICTURE_LOSS ? demand.onPictureLoss(nowNs) : demand.onFullIntra(firSequence, nowNs));
        if (!passed) {
            drops.count(DropReason.KEYFRAME_REQUEST_THROTTLED);
            return;
        }
        if (current == null || media.kind() != MediaKind.VIDEO) {
            return;
        }
        current.requestKeyframe(nowNs);
        boolean inVain = demand.isInVain(current.gopStart(), nowNs);
        if (state == State.LIVE && inVain && nowNs >= rejoinNotBeforeNs && current.gopStart() >= 0) {
            rejoinNotBeforeNs = nowNs + Math.max(MIN_REJOIN_NS, 2 * cachedNs(current, nowNs));
            start(current, current.gopStart(), nowNs);
        }
    }

    /** The viewer lost packets since the newest keyframe that are not sent again: it will ask for another one, once it has waited in vain. */
    void onLostForGood(long nowNs) {
        Layer current = source;
        if (current != null && media.kind() == MediaKind.VIDEO && state == State.LIVE && demand.onLoss(nowNs)) {
            current.requestKeyframe(nowNs);
        }
    }

    /** What the viewer wants of the layers from now on. */
    void wish(LayerWish wish, long nowNs) {
        wished.wish(wish);
        reconsider(true, nowNs);
    }

    /** How many of the highest layers the server can not afford from now on, whatever is wished. */
    void withhold(int layers, long nowNs) {
        withheld.withhold(layers);
        reconsider(nowNs);
    }

    /** Sets how often a keyframe is asked for while one is waited for: clamp(2 RTT, 200 ms, 1 s), R23. */
    void retryKeyframesEvery(long intervalNs) {
        retryEveryNs = intervalNs;
    }

    /** The layer that is sent; null when there is none. */
    @Nullable
    Layer source() {
        return isPaused() ? null : source;
    }

    /** Which of the ways to watch it is that is sent; null when there is none, or when it fell silent. */
    @Nullable
    LayerOption sent(long nowNs) {
        Track current = track;
        Layer layer = source();
        LayerOption sent = null;
        if (current != null && layer != null) {
            for (LayerOption option : current.ladder(nowNs).options()) {
                boolean included =
                        option.selection().layer() == layer && stream.includes(option.spatialId(), option.temporalId());
                sent = included ? option : sent;
            }
        }
        return sent;
    }

    /** Whether no picture is sent because the viewer's network carries none. */
    boolean isPaused() {
        return state == State.PAUSED;
    }

    /** What its layer takes, bits a second. */
    long sourceBps(long nowNs) {
        Layer current = source;
        return current == null ? 0 : current.bitrateBps(nowNs);
    }

    /** The least that any of its layers takes, bits a second. */
    long leastBps(long nowNs) {
        Track current = track;
        List<LayerOption> options =
                current == null ? List.of() : current.ladder(nowNs).options();
        return options.isEmpty() ? sourceBps(nowNs) : AffordableLayer.costBps(options.getFirst());
    }

    long nextDeadlineNs() {
        long first = Math.min(Math.min(replayWakeNs, replayForgetNs), Math.min(keyframeRetryNs, reconsiderNs));
        first = Math.min(first, heldWakeNs);
        toldNs = Math.min(first, Math.min(next.nextDeadlineNs(), forgetNs));
        return toldNs;
    }

    void onTimeout(long nowNs) {
        if (nowNs >= replayWakeNs) {
            pumpReplay(nowNs);
        }
        if (nowNs >= heldWakeNs) {
            sendHeld(nowNs);
        }
        if (nowNs >= replayForgetNs) {
            replayForgetNs = NEVER;
            stream.endReplay();
        }
        if (nowNs >= keyframeRetryNs) {
            askForKeyframe(nowNs);
        }
        if (nowNs >= reconsiderNs) {
            reconsider(nowNs);
        }
        if (nowNs >= next.nextDeadlineNs()) {
            next.onTimeout(nowNs);
            if (next.isOverdue()) {
                leaveWithoutKeyframe(nowNs);
            } else if (next.isCutDue(nowNs) || !stream.isInFrame()) {
                switchLayer(nowNs);
            }
        }
        if (nowNs >= forgetNs) {
            forgetNs = NEVER;
            forgetLeft();
        }
    }

    /** What a publisher that left, or was replaced, had sent is not sent again any more. */
    private void forgetLeft() {
        Layer current = source;
        if (current == null) {
            stream.forget();
        } else {
            stream.forgetAllBut(current);
        }
    }

    private void chooseFirst(Track from, long nowNs) {
        LayerSelection selection = choose(from, nowNs);
        if (selection == null) {
            return;
        }
        selected = selection;
        Layer chosen = selection.layer();
        for (Layer layer : from.layers()) {
            if (layer != chosen) {
                layer.unsubscribe(this);
            }
        }
        if (media.kind() == MediaKind.VIDEO) {
            reconsiderNs = nowNs + RECONSIDER_NS;
        }
        source = chosen;
        adoptFormat(chosen, nowNs);
    }

    private @Nullable LayerSelection choose(Track from, long nowNs) {
        List<LayerOption> options =
                wished.of(withheld.of(decodable(from.ladder(nowNs).options())));
        if (options.isEmpty()) {
            // Where there is one layer only, there is nothing to wait for.
            return from.layers().size() == 1
                    ? LayerSelection.whole(from.layers().getFirst())
                    : selected;
        }
        LayerSelection chosen = choice.choose(options, selected, nowNs);
        pausing = chosen == null;
        return pausing ? selected : chosen;
    }

    /** Browsers that get no descriptors take each spatial layer of AV1 for a picture of its own, and decode none of several. */
    private List<LayerOption> decodable(List<LayerOption> options) {
        if (media.extensionIds().containsKey(HeaderExtension.DEPENDENCY_DESCRIPTOR.uri())) {
            return options;
        }
        return options.stream()
                .filter(each ->
                        each.spatialId() == 0 || each.selection().layer().codec() != Codec.AV1)
                .toList();
    }

    /** Starts over in a layer whose codec, encoder or timestamps are new to us. */
    private void adoptFormat(Layer layer, long nowNs) {
        sourceEpoch = layer.epoch();
        endReplay();
        stream.end();
        payload = payloadFor(layer);
        if (payload == null) {
            state = State.REFUSED;
            keyframeRetryNs = NEVER;
            return;
        }
        state = State.WAITING;
        if (media.kind() == MediaKind.VIDEO) {
            askForKeyframe(nowNs);
            if (layer.gopStart() >= 0) {
                start(layer, layer.gopStart(), nowNs);
            }
        }
    }

    private @Nullable PayloadMapping payloadFor(Layer layer) {
        return matcher.choose(media.payloads(), layer.codec(), layer.format().fmtp())
                .orElse(null);
    }

    private void onSource(Layer layer, long[] sequences, int count, long nowNs) {
        if (layer.epoch() != sourceEpoch) {
            adoptFormat(layer, nowNs);
        }
        switch (state) {
            case IDLE, PAUSED -> {}
            case REFUSED -> drops.count(DropReason.CODEC_NOT_AGREED, count);
            case WAITING -> startIfPossible(layer, sequences, count, nowNs);
            case REPLAYING -> {
                forwardLate(sequences, count, nowNs);
                pumpReplay(nowNs);
            }
            case LIVE -> forwardLive(layer, sequences, count, nowNs);
        }
    }

    private void startIfPossible(Layer layer, long[] sequences, int count, long nowNs) {
        if (media.kind() == MediaKind.VIDEO) {
            if (layer.gopStart() >= 0) {
                start(layer, layer.gopStart(), nowNs);
            } else {
                drops.count(DropReason.NOT_A_KEYFRAME, count);
            }
            return;
        }
        for (int i = 0; i < count; i++) {
            if (state == State.LIVE) {
                stream.forward(sequences[i], nowNs);
            } else if (layer.history().find(sequences[i], stored) && !stored.isPadding() && !stored.isLate()) {
                start(layer, sequences[i], nowNs);
            }
        }
    }

    /** Begins at a packet, and sends what is there: at once when it is fresh, else by a replay. */
    private void start(Layer layer, long first, long nowNs) {
        PayloadMapping agreed = payload;
        if (agreed == null || !layer.history().find(first, stored)) {
            return;
        }
        endReplay();
        LayerSelection selection = selected;
        stream.select(selection != null && selection.layer() == layer ? selection : LayerSelection.whole(layer));
        boolean cached = media.kind() == MediaKind.VIDEO && nowNs - stored.arrivalNs() > REPLAY_WORTH_NS;
        Replay planned = cached ? Replay.plan(layer, stored, scratch, estimate, nowNs) : null;
        if (!stream.begin(layer, agreed, first, planned == null ? null : planned.schedule())) {
            state = State.WAITING;
            return;
        }
        if (planned == null) {
            goLive();
            pacer.adjust(layer.bitrateBps(nowNs), nowNs);
            held = first;
            sendHeld(nowNs);
        } else {
            state = State.REPLAYING;
            replay = planned;
            replayForgetNs = planned.schedule().meetingNs() + REPLAY_MEMORY_NS;
            pumpReplay(nowNs);
        }
    }

    private void goLive() {
        state = State.LIVE;
        keyframeRetryNs = NEVER;
        replayWakeNs = NEVER;
        replay = null;
    }

    private void pumpReplay(long nowNs) {
        Replay current = replay;
        Layer layer = source;
        if (current == null || layer == null) {
            replayWakeNs = NEVER;
            return;
        }
        while (true) {
            boolean kept = current.isNextKept();
            boolean found = current.next(stored);
            boolean betweenFrames =
                    !kept || (!stored.isPadding() && stored.timestamp() != stream.newestSourceTimestamp());
            if (isLeaving() && betweenFrames) {
                leave(nowNs);
                return;
            }
            if (layer.gopStart() > current.keyframe() && betweenFrames) {
                start(layer, layer.gopStart(), nowNs);
                return;
            }
            if (!kept && layer.gopStart() < 0 && current.cursor() <= layer.highestSequence()) {
                waitForKeyframe(nowNs);
                return;
            }
            if (!found) {
                break;
            }
            long dueNs = current.dueNs(stored, nowNs);
            if (dueNs > nowNs) {
                replayWakeNs = Math.max(dueNs, nowNs + Replay.SLICE_NS);
                return;
            }
            current.advance(stream.forward(current.cursor(), nowNs), nowNs);
        }
        if (nowNs >= current.schedule().meetingNs()) {
            goLive();
        } else {
            replayWakeNs = current.schedule().meetingNs();
        }
    }

    private void endReplay() {
        held = NOTHING;
        heldWakeNs = NEVER;
        replay = null;
        replayWakeNs = NEVER;
        replayForgetNs = NEVER;
    }

    /** The group outgrew its history while it was replayed: what follows cannot be decoded. */
    private void waitForKeyframe(long nowNs) {
        endReplay();
        stream.end();
        state = State.WAITING;
        askForKeyframe(nowNs);
    }

    private void forwardLate(long[] sequences, int count, long nowNs) {
        Replay current = replay;
        for (int i = 0; current != null && i < count; i++) {
            if (sequences[i] < current.cursor()) {
                stream.forward(sequences[i], nowNs);
            }
        }
    }

    private void forwardLive(Layer layer, long[] sequences, int count, long nowNs) {
        for (int i = 0; i < count; i++) {
            if (held != NOTHING) {
                if (sequences[i] < held) {
                    stream.forward(sequences[i], nowNs);
                }
                continue;
            }
            if (isLeaving() && startsNextFrame(layer, sequences[i])) {
                leave(nowNs);
                return;
            }
            if (mayGo(nowNs) || !stream.isNewest(sequences[i])) {
                pacer.sent(stream.forward(sequences[i], nowNs), nowNs);
            } else {
                held = sequences[i];
            }
        }
        if (held != NOTHING) {
            sendHeld(nowNs);
        } else if (isLeaving() && !stream.isInFrame()) {
            leave(nowNs);
        }
    }

    /** Sends what waits as far as the pacer lets it go; before a change of layer, or a pause, the frame begun ends at once, and the rest is left out. */
    private void sendHeld(long nowNs) {
        Layer layer = source;
        while (layer != null && held <= layer.highestSequence()) {
            boolean leaving = isLeaving();
            if (leaving && startsNextFrame(layer, held)) {
                leave(nowNs);
                return;
            }
            if (!leaving && !mayGo(nowNs) && isShortlyHeld(layer, nowNs)) {
                heldWakeNs = nowNs + Pacer.SLICE_NS;
                return;
            }
            pacer.sent(stream.forward(held++, nowNs), nowNs);
        }
        held = NOTHING;
        heldWakeNs = NEVER;
        if (isLeaving() && !stream.isInFrame()) {
            leave(nowNs);
        }
    }

    /** Whether what is sent of the present layer ends with the present frame. */
    private boolean isLeaving() {
        return pausing || next.keyframe() != LayerSwitch.NONE;
    }

    private void leave(long nowNs) {
        if (pausing) {
            pause();
        } else {
            switchLayer(nowNs);
        }
    }

    private void pause() {
        Layer left = source;
        if (left != null) {
            left.unsubscribe(this);
        }
        endReplay();
        keyframeRetryNs = NEVER;
        stream.pause();
        state = State.PAUSED;
    }

    /** Sound is not paced: it is little, and goes first (R40). */
    private boolean mayGo(long nowNs) {
        return media.kind() == MediaKind.AUDIO || pacer.admits(nowNs);
    }

    private boolean isShortlyHeld(Layer layer, long nowNs) {
        return layer.history().find(held, stored) && nowNs - stored.arrivalNs() < Pacer.MAX_WAIT_NS;
    }

    private boolean startsNextFrame(Layer layer, long sequence) {
        return stream.isNewest(sequence)
                && layer.history().find(sequence, stored)
                && !stored.isPadding()
                && stored.timestamp() != stream.newestSourceTimestamp();
    }

    /** Lets another choose from now on. */
    void chooseBy(LayerChoice another, long nowNs) {
        if (media.kind() != MediaKind.VIDEO) {
            return;
        }
        choice = another;
        reconsider(nowNs);
    }

    /** Asks again which layer to send, as is done twice a second anyway. */
    void reconsider(long nowNs) {
        reconsider(false, nowNs);
    }

    private void reconsider(boolean byHand, long nowNs) {
        Track current = track;
        if (current == null || source == null || reconsiderNs == NEVER) {
            return;
        }
        reconsiderNs = nowNs + RECONSIDER_NS;
        pacer.adjust(sourceBps(nowNs), nowNs);
        if (!mayChoose(current, nowNs)) {
            return;
        }
        LayerSelection selection = choose(current, nowNs);
        if (selection == null) {
            return;
        }
        if (pausing) {
            next.abandon();
            if ((state == State.LIVE || state == State.REPLAYING) && !stream.isInFrame()) {
                pause();
            }
            return;
        }
        selected = selection;
        Layer chosen = selection.layer();
        if (chosen == source && state != State.PAUSED) {
            next.abandon();
            stream.select(selection);
            if (stream.wantsKeyframe() && keyframeRetryNs == NEVER) {
                askForKeyframe(nowNs);
            }
        } else if (chosen != next.target() || byHand) {
            next.aimAt(chosen, byHand || isDown(chosen, nowNs), nowNs);
            askForKeyframe(nowNs);
        }
    }

    /** Whether a layer takes less of the path than what is sent now, which is then too much for it: nothing is gained by waiting (R38). */
    private boolean isDown(Layer chosen, long nowNs) {
        Layer current = source;
        return current != null && chosen.bitrateBps(nowNs) < current.bitrateBps(nowNs);
    }

    /** Whether there is anything to decide: which of several ways to watch, or whether the path that was full lately carries the only one. */
    private boolean mayChoose(Track of, long nowNs) {
        boolean several = of.layers().size() > 1 || of.layers().getFirst().isScalable();
        boolean before = judged;
        judged = several || isPaused() || estimate.wasOverused(nowNs);
        return judged || before;
    }

    private void switchLayer(long nowNs) {
        Layer chosen = next.target();
        Layer left = source;
        long keyframe = next.keyframe();
        if (chosen == null || left == null || keyframe == LayerSwitch.NONE) {
            return;
        }
        changeSource(left, chosen);
        start(chosen, keyframe, nowNs);
    }

    /** The viewer's network does not carry the present layer: rather than that it goes on, the picture stands still until the keyframe comes (R5). */
    private void leaveWithoutKeyframe(long nowNs) {
        Layer chosen = next.target();
        Layer left = source;
        Track current = track;
        if (chosen == null
                || left == null
                || current == null
                || !current.ladder(nowNs).isBelow(chosen, left)) {
            return;
        }
        changeSource(left, chosen);
        endReplay();
        stream.end();
        askForKeyframe(nowNs);
    }

    private void changeSource(Layer left, Layer chosen) {
        if (left != chosen) {
            left.unsubscribe(this);
        }
        next.forget();
        source = chosen;
        sourceEpoch = chosen.epoch();
        payload = payloadFor(chosen);
        state = payload == null ? State.REFUSED : State.WAITING;
    }

    // Keyframes

    private void askForKeyframe(long nowNs) {
        Layer target = next.target();
        boolean wanted = state == State.WAITING || state == State.REPLAYING || target != null || stream.wantsKeyframe();
        Layer from = target != null ? target : source;
        keyframeRetryNs = NEVER;
        if (wanted && from != null && media.kind() == MediaKind.VIDEO) {
            from.requestKeyframe(nowNs);
            keyframeRetryNs = nowNs + retryEveryNs;
        }
    }

    private long cachedNs(Layer layer, long nowNs) {
        return layer.history().find(layer.gopStart(), stored) ? nowNs - stored.arrivalNs() : 0;
    }
}
