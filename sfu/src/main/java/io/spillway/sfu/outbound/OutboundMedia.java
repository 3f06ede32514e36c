package io.spillway.sfu.outbound;

import io.spillway.media.codec.MediaKind;
import io.spillway.media.live.LayerOption;
import io.spillway.media.live.LiveStream;
import io.spillway.media.live.Publication;
import io.spillway.media.live.StreamListener;
import io.spillway.media.rtcp.RtcpParser;
import io.spillway.media.rtcp.RtcpVisitor;
import io.spillway.sfu.DropCounters;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.LayerWish;
import io.spillway.sfu.ViewerLink;
import io.spillway.sfu.congestion.BandwidthEstimate;
import io.spillway.sfu.sdp.AgreedMedia;
import io.spillway.sfu.sdp.CodecMatcher;
import io.spillway.sfu.transport.MediaSink;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * All of one viewer's media above the transport: it follows a stream over its publishers and turns what is live into one continuous RTP stream
 * an m-line. Sans-IO; owned by the stream's loop.
 */
public final class OutboundMedia {

    private static final long MIN_KEYFRAME_RETRY_NS = 200_000_000L;
    private static final long MAX_KEYFRAME_RETRY_NS = 1_000_000_000L;

    /** Report blocks tell loss in 256ths. */
    private static final double FRACTION_UNITS = 256;

    /** Where so much is lost, what is not sent again is missed. */
    private static final double HEAVY_LOSS = 0.1;

    /** As offers are answered: what a viewer agreed to is assumed to carry more profiles than it names (P10). */
    private static final CodecMatcher MATCHER = new CodecMatcher(CodecMatcher.H264Policy.ASSUME_DECODABLE);

    private final LiveStream live;
    private final DropCounters drops;
    private final LongSupplier unixNs;
    private final DefectListener defects;
    private final List<OutboundTrack> tracks = new ArrayList<>();
    private final List<OutboundStream> streams = new ArrayList<>();
    private final List<AffordableLayer> affordable = new ArrayList<>();
    private final ViewerReports viewer = new ViewerReports();
    private final RtcpAllowance allowance = new RtcpAllowance();
    private final BandwidthEstimate estimate;
    private final BandwidthShares shares;
    private final Prober prober;
    private final SenderReports reports;
    private final StreamListener follower = new Follower();
    private final Feedback feedback = new Feedback();
    private Runnable deadlineMoved = () -> {};
    private FreezeListener freezes = durationNs -> {};
    private PauseListener pauses = paused -> {};
    private boolean toldPaused;
    private long freezeCount;
    private long frozenNs;
    private long adaptedToBps;
    private boolean started;
    private boolean closed;

    /**
     * @param agreed the viewer's m-lines; one without sources gets nothing
     * @param sources what was announced for each m-line, by mid
     * @param cname announced for all of them
     * @param buffers of the loop that the viewer belongs to
     * @param startBps what the viewer's network is believed to carry before anything is known (R37)
     * @param defects told when our own code broke while a publisher's turn called it: the viewer is to be closed
     * @param unixNs wall clock, nanoseconds since 1970, read once at the start
     */
    public OutboundMedia(
            List<AgreedMedia> agreed,
            Map<String, OutboundSources> sources,
            String cname,
            long startBps,
            LiveStream live,
            MediaSink out,
            OutboundBuffers buffers,
            DropCounters drops,
            DefectListener defects,
            RandomGenerator random,
            LongSupplier unixNs) {
        this.live = live;
        this.drops = drops;
        this.unixNs = unixNs;
        this.defects = defects;
        this.estimate = new BandwidthEstimate(startBps, drops);
        this.shares = new BandwidthShares(estimate, this::audioBps);
        this.prober = new Prober(estimate, this::sendPadding);
        this.reports = new SenderReports(streams, cname, out, buffers, viewer);
        for (AgreedMedia media : agreed) {
            OutboundSources ours = sources.get(media.mid());
            if (ours != null) {
                var stream = new OutboundStream(
                        media, ours, out, buffers, estimate, drops, random, reports::onStarted, this::tellFreeze);
                var choice = new AffordableLayer(shares);
                streams.add(stream);
                affordable.add(choice);
                tracks.add(new OutboundTrack(
                        media, stream, estimate, choice, MATCHER, drops, defects, this::tellDeadlineMoved));
            }
        }
    }

    /** Says who hears, from a turn that is not this viewer's own, that {@link #nextDeadlineNs} came nearer. */
    public void onDeadlineMoved(Runnable listener) {
        deadlineMoved = listener;
    }

    /** Says who hears of the times when the viewer's picture stood still. */
    public void onFreeze(FreezeListener listener) {
        freezes = listener;
    }

    /** Says who hears when the picture is paused, and when no longer. */
    public void onPause(PauseListener listener) {
        pauses = listener;
    }

    private void tellFreeze(long durationNs) {
        freezeCount++;
        frozenNs += durationNs;
        freezes.onFreezeEnded(durationNs);
    }

    private void tellDeadlineMoved() {
        deadlineMoved.run();
    }

    /** The transport can send: what is live goes out from now on. Once. */
    public void start(long nowNs) {
        if (started || closed) {
            return;
        }
        started = true;
        reports.start(unixNs.getAsLong(), nowNs);
        live.subscribe(follower, nowNs);
    }

    /** One RTCP datagram of the viewer, decrypted: {@code plain[offset..offset+length)}. */
    public void onRtcp(ByteBuffer plain, int offset, int length, long nowNs) {
        if (closed) {
            return;
        }
        if (!allowance.take(nowNs)) {
            drops.count(DropReason.RTCP_FLOOD);
            return;
        }
        feedback.nowNs = nowNs;
        if (!RtcpParser.parse(plain, offset, length, feedback)) {
            drops.count(DropReason.MALFORMED_RTCP);
        }
    }

    /** What the viewer wants of the video's layers from now on; it holds over publishers. */
    public void wish(LayerWish wish, long nowNs) {
        for (int i = 0; i < tracks.size(); i++) {
            if (tracks.get(i).kind() == MediaKind.VIDEO) {
                affordable.get(i).forget();
                tracks.get(i).wish(wish, nowNs);
            }
        }
    }

    /** How many of the highest layers of the video the server can not afford from now on, 0 for none; it holds over publishers and whatever is wished (W22). */
    public void withhold(int layers, long nowNs) {
        for (int i = 0; i < tracks.size(); i++) {
            if (tracks.get(i).kind() == MediaKind.VIDEO) {
                tracks.get(i).withhold(layers, nowNs);
            }
        }
    }

    /** When {@link #onTimeout} is next due; {@code Long.MAX_VALUE} for never. */
    public long nextDeadlineNs() {
        if (closed) {
            return Long.MAX_VALUE;
        }
        long first = Math.min(prober.nextDeadlineNs(), Math.min(reports.nextDeadlineNs(), estimate.nextDeadlineNs()));
        for (int i = 0; i < tracks.size(); i++) {
            first = Math.min(first, tracks.get(i).nextDeadlineNs());
        }
        return first;
    }

    public void onTimeout(long nowNs) {
        if (closed) {
            return;
        }
        for (int i = 0; i < tracks.size(); i++) {
            tracks.get(i).onTimeout(nowNs);
        }
        prober.onTimeout(nowNs);
        estimate.onTimeout(nowNs);
        reports.onTimeout(nowNs);
        adapt(false, nowNs);
    }

    /** Says BYE and leaves the stream. Once; nothing is sent after it. */
    public void close(long nowNs) {
        if (closed) {
            return;
        }
        closed = true;
        if (!started) {
            return;
        }
        live.unsubscribe(follower);
        reports.close(nowNs);
        for (OutboundTrack track : tracks) {
            track.detach(nowNs);
            track.stream().forget();
        }
    }

    /** What the viewer's network carries has changed: less is answered at once, more is asked for by a probe. */
    private void adapt(boolean shown, long nowNs) {
        long estimatedBps = estimate.estimateBps();
        if (shown || estimatedBps < adaptedToBps) {
            reconsider(nowNs);
        }
        adaptedToBps = estimatedBps;
        long wantedBps = 0;
        boolean doubted = false;
        for (int i = 0; i < affordable.size(); i++) {
            wantedBps = Math.max(wantedBps, affordable.get(i).wantedBps());
            doubted |= affordable.get(i).isInDoubt();
        }
        prober.want(wantedBps, doubted, nowNs);
        boolean paused = isPaused();
        if (paused != toldPaused) {
            toldPaused = paused;
            pauses.onPaused(paused);
        }
    }

    private boolean isPaused() {
        boolean paused = false;
        for (int i = 0; i < tracks.size(); i++) {
            paused |= tracks.get(i).isPaused();
        }
        return paused;
    }

    private long audioBps(long nowNs) {
        return soundBps(Integer.MAX_VALUE, nowNs);
    }

    /** What the viewer's sound takes where each payload goes out as often as it does, but no more than so often. */
    private long soundBps(int mostCopies, long nowNs) {
        long bps = 0;
        for (int i = 0; i < tracks.size(); i++) {
            if (tracks.get(i).kind() == MediaKind.AUDIO) {
                bps += tracks.get(i).sourceBps(nowNs)
                        * Math.min(mostCopies, streams.get(i).copies());
            }
        }
        return bps;
    }

    /** How often each payload of sound may go over a path that was full lately, beside the smallest picture: no more often than there is room for, but once. */
    private int affordableCopies(long nowNs) {
        if (!estimate.wasOverused(nowNs)) {
            return Integer.MAX_VALUE;
        }
        long onceBps = soundBps(1, nowNs);
        if (onceBps == 0) {
            return Integer.MAX_VALUE;
        }
        long restBps = estimate.estimateBps();
        for (int i = 0; i < tracks.size(); i++) {
            restBps -= tracks.get(i).kind() == MediaKind.VIDEO ? tracks.get(i).leastBps(nowNs) : 0;
        }
        return (int) Math.max(1, restBps / onceBps);
    }

    /** Sends something that the viewer can do without, under the video, and gives its bytes; 0 when there is nothing to be sent now. */
    int sendPadding(long nowNs) {
        for (int i = 0; i < tracks.size(); i++) {
            if (tracks.get(i).kind() == MediaKind.VIDEO) {
                int bytes = streams.get(i).sendPadding(nowNs);
                if (bytes > 0) {
                    return bytes;
                }
            }
        }
        return 0;
    }

    /** Lets another choose the layers of the video from now on; without, it is the most that the viewer's network carries. */
    public void chooseBy(LayerChoice choice, long nowNs) {
        affordable.forEach(AffordableLayer::forget);
        for (int i = 0; i < tracks.size(); i++) {
            tracks.get(i).chooseBy(choice, nowNs);
        }
    }

    /** What the choice of layers depends on has changed: it is asked at once. */
    public void reconsider(long nowNs) {
        for (int i = 0; i < tracks.size(); i++) {
            tracks.get(i).reconsider(nowNs);
        }
    }

    /** RTP packets sent to the viewer, repeats among them. */
    public long packetsSent() {
        long packets = 0;
        for (int i = 0; i < streams.size(); i++) {
            packets +=
                    streams.get(i).count().packets() + streams.get(i).rtxCount().packets();
        }
        return packets;
    }

    /** RTP payload bytes sent to the viewer, repeats among them. */
    public long octetsSent() {
        long octets = 0;
        for (int i = 0; i < streams.size(); i++) {
            octets +=
                    streams.get(i).count().octets() + streams.get(i).rtxCount().octets();
        }
        return octets;
    }

    /** How often the viewer's picture stood still, up to the last time that ended. */
    public long freezes() {
        return freezeCount;
    }

    /** How long it did in all. */
    public long frozenNs() {
        return frozenNs;
    }

    /** Round-trip time as the viewer's reports give it, 0 while unknown. */
    public long rttNs() {
        return viewer.rttNs();
    }

    /** The viewer's network and what it gets over it. */
    public ViewerLink link(long nowNs) {
        LayerOption video = null;
        for (int i = 0; i < tracks.size(); i++) {
            OutboundTrack track = tracks.get(i);
            video = track.kind() == MediaKind.VIDEO ? track.sent(nowNs) : video;
        }
        return new ViewerLink(
                estimate.estimateBps(),
                estimate.isMeasured(),
                estimate.lossFraction(),
                viewer.rttNs(),
                video == null ? "" : video.selection().layer().rid(),
                video == null ? 0 : video.width(),
                video == null ? 0 : video.height(),
                video == null ? 0 : video.bitrateBps(),
                isPaused(),
                prober.bytesSent());
    }

    /** What the viewer's network carries, as far as is known. */
    public BandwidthEstimate estimate() {
        return estimate;
    }

    private @Nullable OutboundTrack trackOf(int ssrc) {
        for (int i = 0; i < tracks.size(); i++) {
            OutboundTrack track = tracks.get(i);
            if (track.stream().sources().ssrc() == ssrc) {
                return track;
            }
        }
        return null;
    }

    private final class Follower implements StreamListener {

        @Override
        public void onPublication(Publication publication, long nowNs) {
            affordable.forEach(AffordableLayer::forget);
            for (OutboundTrack track : tracks) {
                track.attach(publication, nowNs);
            }
            tellDeadlineMoved();
        }

        @Override
        public void onOffline(long nowNs) {
            for (OutboundTrack track : tracks) {
                track.detach(nowNs);
            }
            affordable.forEach(AffordableLayer::forget);
            tellDeadlineMoved();
        }

        @Override
        public void onDefect(RuntimeException defect, long nowNs) {
            defects.onDefect(defect, nowNs);
        }
    }

    private final class Feedback implements RtcpVisitor {

        private long nowNs;

        @Override
        public void onReportBlock(
                int reporterSsrc,
                int ssrc,
                int fractionLost,
                int cumulativeLost,
                int highestSequence,
                long jitterTicks,
                int lastSr,
                int delaySinceLastSr) {
            OutboundTrack track = trackOf(ssrc);
            if (track == null) {
                // Reports on our RTX streams among them: they say nothing that the stream's own does not.
                return;
            }
            track.stream().onReported();
            viewer.onReportBlock(lastSr, delaySinceLastSr, nowNs);
            estimate.onReport(fractionLost / FRACTION_UNITS, viewer.rttNs(), nowNs);
            tellLoss();
            long retryNs = Math.clamp(2 * viewer.rttNs(), MIN_KEYFRAME_RETRY_NS, MAX_KEYFRAME_RETRY_NS);
            track.retryKeyframesEvery(retryNs);
        }

        @Override
        public void onNack(int senderSsrc, int mediaSsrc, int sequence) {
            OutboundTrack track = trackOf(mediaSsrc);
            if (track == null) {
                drops.count(DropReason.UNKNOWN_SSRC);
                return;
            }
            // Who loses nothing, and yet asks for all, is not to cost the others a keyframe.
            if (track.stream().onNack(sequence, viewer.rttNs(), nowNs) && estimate.lossFraction() > HEAVY_LOSS) {
                track.onLostForGood(nowNs);
            }
        }

        @Override
        public void onPictureLoss(int senderSsrc, int mediaSsrc) {
            onKeyframeWanted(mediaSsrc, OutboundTrack.PICTURE_LOSS);
        }

        @Override
        public void onFullIntraRequest(int senderSsrc, int mediaSsrc, int sequenceNumber) {
            onKeyframeWanted(mediaSsrc, sequenceNumber);
        }

        @Override
        public void onRemb(int senderSsrc, long bitrateBps, ByteBuffer buffer, int ssrcsOffset, int ssrcCount) {
            estimate.onRemb(bitrateBps);
            adapt(false, nowNs);
        }

        @Override
        public void onReceiverReferenceTime(int senderSsrc, long ntp) {
            reports.onReferenceTime(senderSsrc, ntp, nowNs);
        }

        @Override
        public void onTransportPacketReceived(int sequence, int arrivalTicks) {
            estimate.onReceived(sequence, arrivalTicks);
        }

        @Override
        public void onTransportPacketLost(int sequence) {
            estimate.onLost(sequence);
        }

        @Override
        public void onTransportFeedbackEnd() {
            estimate.onFeedbackEnd(nowNs);
            tellLoss();
            adapt(prober.onFeedback(nowNs), nowNs);
        }

        private void tellLoss() {
            int copies = affordableCopies(nowNs);
            for (int i = 0; i < streams.size(); i++) {
                streams.get(i).onLoss(estimate.lossFraction(), copies, nowNs);
            }
        }

        private void onKeyframeWanted(int mediaSsrc, int firSequence) {
            OutboundTrack track = trackOf(mediaSsrc);
            if (track == null) {
                drops.count(DropReason.UNKNOWN_SSRC);
                return;
            }
            track.onKeyframeWanted(firSequence, nowNs);
        }
    }
}
