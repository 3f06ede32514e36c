package io.spillway.sfu.inbound;

import io.spillway.media.codec.MediaKind;
import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.live.HistoryBounds;
import io.spillway.media.live.Layer;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.media.time.PublisherClock;
import io.spillway.media.time.SenderClock;
import io.spillway.sfu.DropCounters;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.sdp.PayloadMapping.Feedback;
import org.jspecify.annotations.Nullable;

/** Receives one layer: takes or drops each packet, keeps the books of loss and reports, and fills the {@link Layer}. */
final class InboundLayer {

    /** An SSRC silent for this long may be replaced by another; before, the other is a stranger. */
    private static final long REPLACEABLE_AFTER_NS = 500_000_000L;

    /** New timestamp bases are taken at most this often: each costs the viewers a keyframe. */
    private static final long JUMP_WINDOW_NS = 1_000_000_000L;

    private static final int NONE = -1;

    private final InboundSection section;
    private final Layer layer;
    private final DropCounters drops;
    private final Runnable keyframeWanted;
    private final PayloadFormat preferred;
    private final boolean repairable;
    private final SequenceGuard guard = new SequenceGuard();
    private final RttEstimate rtt = new RttEstimate();
    private final NackGenerator nacks = new NackGenerator(rtt);
    private final KeyframeRequests keyframes;
    private final ReceptionStats stats;
    private final PayloadInfo info = new PayloadInfo();

    private int currentPayloadType = NONE;
    private boolean bound;
    private int ssrc;
    private boolean heard;
    private long lastMediaNs;
    private boolean jumped;
    private long lastJumpNs;

    /**
     * @param preferred what the publisher will most likely send
     * @param keyframeWanted run when {@link #keyframeDeadlineNs} came nearer
     */
    InboundLayer(
            InboundSection section,
            String rid,
            PayloadFormat preferred,
            PublisherClock publisher,
            DropCounters drops,
            Runnable keyframeWanted) {
        this.section = section;
        this.drops = drops;
        this.keyframeWanted = keyframeWanted;
        this.preferred = preferred;
        this.repairable = preferred.agrees(Feedback.NACK);
        this.keyframes =
                new KeyframeRequests(rtt, preferred.agrees(Feedback.NACK_PLI) || preferred.agrees(Feedback.CCM_FIR));
        int rateHz = preferred.format().codec().clockRateHz();
        this.stats = new ReceptionStats(rateHz);
        HistoryBounds bounds = preferred.format().kind() == MediaKind.VIDEO ? HistoryBounds.VIDEO : HistoryBounds.AUDIO;
        this.layer = new Layer(
                rid, preferred.format(), bounds, new SenderClock(rateHz, publisher), (wanted, nowNs) -> want(nowNs));
    }

    /** Takes another SSRC for this layer's media. */
    void bindMedia(int mediaSsrc) {
        if (bound) {
            guard.expectNewSource();
            nacks.restart();
            stats.restart();
        }
        bound = true;
        ssrc = mediaSsrc;
        heard = false;
    }

    /** The source said BYE: another SSRC may come at once. */
    void onBye() {
        heard = false;
    }

    /** Whether a strange SSRC may take this layer's media over. */
    boolean isReplaceable(long nowNs) {
        return !heard || nowNs - lastMediaNs >= REPLACEABLE_AFTER_NS;
    }

    boolean isBound() {
        return bound;
    }

    /**
     * Takes one packet of this layer's SSRC, or one repaired by RTX.
     *
     * @return null when it was stored, else why not
     */
    @Nullable
    DropReason onPacket(RtpPacket packet, PayloadFormat format, boolean repaired, long nowNs) {
        boolean accepted = repaired ? guard.acceptRepaired(packet.sequence()) : guard.accept(packet.sequence());
        if (!accepted) {
            return DropReason.SEQUENCE_JUMP;
        }
        if (guard.restarted()) {
            nacks.restart();
            stats.restart();
            restart(format, nowNs);
        }
        long extSeq = guard.layerSequence();
        boolean newest = extSeq > layer.highestSequence();
        if (!newest) {
            if (extSeq <= layer.highestSequence() - layer.history().capacityPackets()) {
                return DropReason.TOO_LATE;
            }
            if (layer.history().contains(extSeq)) {
                return DropReason.DUPLICATE;
            }
        }
        account(packet, repaired, newest, nowNs);
        return store(packet, format, extSeq, newest, nowNs);
    }

    private void account(RtpPacket packet, boolean repaired, boolean newest, long nowNs) {
        heard = true;
        lastMediaNs = nowNs;
        if (!repaired) {
            stats.onPacket(guard.sourceSequence(), packet.timestamp(), nowNs);
        }
        if (repairable) {
            nacks.onPacket(guard.sourceSequence(), nowNs);
        } else if (newest && layer.highestSequence() >= 0 && guard.layerSequence() > layer.highestSequence() + 1) {
            want(nowNs);
        }
    }

    private @Nullable DropReason store(
            RtpPacket packet, PayloadFormat format, long extSeq, boolean newest, long nowNs) {
        if (packet.payloadLength() == 0) {
            return skip(extSeq, nowNs, DropReason.PADDING_ONLY);
        }
        int payloadType = format.mapping().payloadType();
        if (payloadType != currentPayloadType) {
            if (!newest) {
                return skip(extSeq, nowNs, DropReason.UNKNOWN_PAYLOAD_TYPE);
            }
            if (currentPayloadType != NONE || payloadType != preferred.mapping().payloadType()) {
                restart(format, nowNs);
            }
            currentPayloadType = payloadType;
        }
        if (newest && layer.clock().isJump(packet.timestamp(), nowNs)) {
            if (jumped && nowNs - lastJumpNs < JUMP_WINDOW_NS) {
                return skip(extSeq, nowNs, DropReason.TIMESTAMP_JUMP);
            }
            jumped = true;
            lastJumpNs = nowNs;
            restart(format, nowNs);
        }
        if (!format.parser().parse(packet.buffer(), packet.payloadOffset(), packet.payloadLength(), info)) {
            return skip(extSeq, nowNs, DropReason.MALFORMED_PAYLOAD);
        }
        long gopBefore = layer.gopStart();
        layer.append(packet, extSeq, nowNs, info);
        if (info.startsKeyframe() && layer.gopStart() != gopBefore) {
            keyframes.onKeyframe(nowNs);
        }
        return null;
    }

    /** A drop of ours is no loss: viewers see no hole. */
    private DropReason skip(long extSeq, long nowNs, DropReason reason) {
        layer.skipPadding(extSeq, nowNs);
        return reason;
    }

    private void restart(PayloadFormat format, long nowNs) {
        layer.restart(format.format(), nowNs);
        currentPayloadType = format.mapping().payloadType();
    }

    private void want(long nowNs) {
        if (layer.format().kind() != MediaKind.VIDEO) {
            return;
        }
        if (keyframes.want(nowNs)) {
            keyframeWanted.run();
        } else {
            drops.count(DropReason.KEYFRAME_REQUEST_THROTTLED);
        }
    }

    /** Collects sequence numbers to ask for now, as {@link NackGenerator#collect}; what is given up becomes a keyframe request. */
    int collectNacks(long nowNs, long[] out) {
        int due = nacks.collect(nowNs, out);
        long givenUp = nacks.takeGivenUp();
        if (givenUp >= 0 && guard.layerSequenceOf(givenUp) > layer.gopStart()) {
            want(nowNs);
        }
        return due;
    }

    /** Whether to ask for a keyframe now; counts as asked. */
    boolean takeKeyframeRequest(long nowNs) {
        return heard && keyframes.take(nowNs);
    }

    /** When {@link #collectNacks} has something to do. */
    long nackDeadlineNs() {
        return nacks.nextDeadlineNs();
    }

    /** When {@link #takeKeyframeRequest} has something to do. */
    long keyframeDeadlineNs() {
        return heard ? keyframes.nextDeadlineNs() : Long.MAX_VALUE;
    }

    InboundSection section() {
        return section;
    }

    /** Whether PLI was agreed; else FIR is what there is. */
    boolean takesPictureLoss() {
        return preferred.agrees(Feedback.NACK_PLI);
    }

    Layer layer() {
        return layer;
    }

    /** Meaningful while {@link #isBound}. */
    int ssrc() {
        return ssrc;
    }

    ReceptionStats stats() {
        return stats;
    }
}
