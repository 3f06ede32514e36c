package io.spillway.sfu.outbound;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.MediaKind;
import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.live.Layer;
import io.spillway.media.live.LayerSelection;
import io.spillway.media.live.ParsedPacket;
import io.spillway.media.live.StoredPacket;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.media.time.SenderClock;
import io.spillway.sfu.DropCounters;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.congestion.BandwidthEstimate;
import io.spillway.sfu.sdp.AgreedMedia;
import io.spillway.sfu.sdp.PayloadMapping;
import io.spillway.sfu.transport.MediaSink;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The one RTP stream a viewer gets for an m-line, for the whole session: packets of whatever layer is its run go out under one SSRC, with
 * sequence numbers and timestamps that go on (R4, R6). Which layer, and when, is {@link OutboundTrack}'s part.
 */
final class OutboundStream {

    private static final int AUDIO_BUDGET_BYTES = 16 * 1024;

    /** A large keyframe, twice. */
    private static final int VIDEO_BUDGET_BYTES = 256 * 1024;

    /** Captures of two sources that differ from their arrivals by more are on clocks that cannot be compared. */
    private static final long MAX_CLOCK_STRIFE_NS = 1_000_000_000L;

    /**
     * Timestamps of two layers that agree this well with their captures count from one base (O8), and then say best how they stand to each other. Bases
     * chosen by chance agree once in a hundred thousand times.
     */
    private static final long SAME_BASE_NS = 250_000_000L;

    private static final int MAX_SEQUENCE = 0xFFFF;

    private final AgreedMedia media;
    private final OutboundSources sources;
    private final DropCounters drops;
    private final StartListener listener;
    private final PacketWriter writer;
    private final Retransmitter retransmitter;
    private final SequenceMap sequences;
    private final TimestampMap timestamps;
    private final ParameterSetInsertion parameterSets;
    private final SentCount count = new SentCount();
    private final FreezeWatch freezes;
    private final int clockRateHz;

    /** Of sound that the viewer agreed to get redundantly, and does not ask for again; else null. */
    private final @Nullable Redundancy redundancy;

    private @Nullable Run run;
    private long runFirst;

    /** The padding of the present run; null before any was sent. */
    private @Nullable Run paddingRun;

    private @Nullable LayerSelection selection;
    private @Nullable LayerFilter filter;
    private int leftOutPicture = PayloadInfo.ABSENT;
    private @Nullable SenderClock clock;
    private PictureNumbers lastNumbers = PictureNumbers.ZERO;
    private boolean numbered;
    private boolean opening = true;
    private boolean inFrame;
    private boolean inKeyframe;
    private long keyframeOut = Long.MAX_VALUE;
    private boolean started;
    private long newestArrivalNs;

    OutboundStream(
            AgreedMedia media,
            OutboundSources sources,
            MediaSink out,
            OutboundBuffers buffers,
            BandwidthEstimate estimate,
            DropCounters drops,
            RandomGenerator random,
            StartListener listener,
            FreezeListener freezes) {
        this.media = media;
        this.sources = sources;
        this.drops = drops;
        this.listener = listener;
        this.freezes = new FreezeWatch(freezes);
        boolean video = media.kind() == MediaKind.VIDEO;
        this.clockRateHz = media.payloads().getFirst().codec().clockRateHz();
        this.writer = new PacketWriter(media, out, buffers, estimate);
        this.redundancy = isRedundant(media) ? new Redundancy(buffers.earlier) : null;
        this.parameterSets = new ParameterSetInsertion(buffers);
        // The lower half: a first number just below the wrap could make receivers miscount cycles when the first
        // packets are lost, RFC 3711 §3.3.1.
        this.sequences = new SequenceMap(random.nextInt(MAX_SEQUENCE / 2));
        this.timestamps = new TimestampMap(clockRateHz, random.nextInt());
        this.retransmitter = new Retransmitter(
                sources,
                writer,
                new SentLog(),
                new RetransmissionBudget(video ? VIDEO_BUDGET_BYTES : AUDIO_BUDGET_BYTES, estimate),
                count,
                random.nextInt(MAX_SEQUENCE / 2));
    }

    /** What to send of the layers within the run's, from the next possible picture on; of another layer it holds when that begins. */
    void select(LayerSelection wanted) {
        selection = wanted;
        LayerFilter filtering = filter;
        Run current = run;
        if (filtering != null && current != null && current.layer() == wanted.layer()) {
            filtering.aim(wanted);
        }
    }

    /** Whether only a keyframe brings what was selected of the layers within the run's. */
    boolean wantsKeyframe() {
        LayerFilter filtering = filter;
        return filtering != null && filtering.wantsKeyframe();
    }

    /** Whether a layer within the run's is among those that are sent now. */
    boolean includes(int spatialId, int temporalId) {
        LayerFilter filtering = filter;
        return filtering == null || filtering.includes(spatialId, temporalId);
    }

    /**
     * Goes on with a layer from one of its packets on.
     *
     * @param schedule of the cached packets that come first; null when it starts live
     * @return false when that packet is not kept any more; the run before has ended all the same
     */
    boolean begin(Layer layer, PayloadMapping payload, long firstSequence, @Nullable ReplaySchedule schedule) {
        Run previous = run;
        end();
        ParsedPacket parsed = layer.packets().find(firstSequence);
        if (parsed == null || !parsed.isWellFormed()) {
            return false;
        }
        RtpPacket packet = parsed.rtp();
        var extensions = new ExtensionMap(layer.format().extensionIds(), media.extensionIds());
        PictureNumbers offsets = PictureNumbers.ZERO;
        if (numbered) {
            PictureNumbers first = writer.numbersOf(payload.codec(), extensions, packet);
            offsets = PictureNumbers.following(lastNumbers, first);
        }
        if (previous != null && previous.goesOnIn(layer)) {
            timestamps.replay(packet.timestamp(), schedule);
        } else {
            timestamps.changeSource(packet.timestamp(), sinceNewestNs(layer, parsed), schedule);
        }
        run = Run.of(layer, payload, extensions, offsets);
        filter = layer.isScalable() ? newFilter(layer) : null;
        leftOutPicture = PayloadInfo.ABSENT;
        clock = layer.clock();
        sequences.restart(firstSequence);
        runFirst = firstSequence;
        inFrame = false;
        started = false;
        return true;
    }

    /** Ends the run: nothing more of its layer is sent for the first time. */
    void end() {
        Run ended = run;
        if (ended == null) {
            return;
        }
        noteNumbers(ended);
        run = null;
        paddingRun = null;
        filter = null;
        inFrame = false;
    }

    /** No more pictures are sent until the next run begins; the present one goes on in padding. */
    void pause() {
        Run paused = run;
        if (paused != null) {
            // Its newest packet is not kept for as long as the pause may last.
            noteNumbers(paused);
        }
        freezes.end();
    }

    private void noteNumbers(Run of) {
        long newest = retransmitter.newestSourceOf(of);
        ParsedPacket parsed = newest < 0 ? null : of.layer().packets().find(newest);
        if (parsed != null && parsed.isWellFormed()) {
            lastNumbers = of.sent(writer.numbersOf(of.codec(), of.extensions(), parsed.rtp()));
            numbered = true;
        }
    }

    /** Nothing is published any more. */
    void fallSilent() {
        end();
        freezes.end();
    }

    /** Lets go of all that was sent, and with it of ended layers' memory: it can no longer be sent again. */
    void forget() {
        retransmitter.forget();
        parameterSets.forget();
        selection = null;
    }

    /** The same of all layers but the one that is sent: those of a publisher that was replaced. */
    void forgetAllBut(Layer layer) {
        retransmitter.forgetAllBut(layer);
        parameterSets.forget();
    }

    /** Sends a packet of the run's layer, late ones and padding included, and gives its bytes; 0 when nothing was sent. */
    int forward(long sequence, long nowNs) {
        Run current = run;
        ParsedPacket parsed = current == null ? null : current.layer().packets().find(sequence);
        if (current == null || parsed == null) {
            return 0;
        }
        StoredPacket stored = parsed.stored();
        RtpPacket packet = parsed.rtp();
        if (!parsed.isWellFormed()) {
            if (!stored.isPadding()) {
                drops.count(DropReason.MALFORMED_RTP);
            }
            sequences.leaveOut(sequence);
            return 0;
        }
        boolean newest = sequences.isNewest(sequence);
        if (current.layer().isScalable()) {
            LayerFilter filtering = filterOf(current.layer());
            if (newest ? !filtering.passes(stored) : !filtering.passesLate(stored)) {
                leaveOut(current, packet, sequence, newest, nowNs);
                return 0;
            }
            if (newest && current.lastSpatial() != filtering.spatial()) {
                current = current.upTo(filtering.spatial());
                run = current;
            }
        }
        boolean marker = current.marks(stored);
        if (newest && stored.startsKeyframe()) {
            insertParameterSets(current, packet, sequence, nowNs);
        }
        long out = sequences.map(sequence);
        if (out == SequenceMap.NOT_MAPPED) {
            drops.count(DropReason.NOT_A_KEYFRAME);
            return 0;
        }
        if (!newest && retransmitter.wasSent(out, current, sequence)) {
            return 0;
        }
        int timestamp = timestamps.map(packet.timestamp());
        int bytes = newest && redundancy != null && redundancy.blocks() > 0
                ? sendRedundant(redundancy, current, sequence, (int) out & MAX_SEQUENCE, timestamp, nowNs)
                : writer.send(
                        current, packet, marker, (int) out & MAX_SEQUENCE, timestamp, sources.ssrc(), opening, nowNs);
        sent(out, current, sequence, timestamp, bytes, nowNs);
        if (newest) {
            inFrame = !marker;
            inKeyframe |= stored.startsKeyframe();
            keyframeOut = stored.startsKeyframe() ? out : keyframeOut;
            if (marker && media.kind() == MediaKind.VIDEO) {
                freezes.onPicture(inKeyframe, nowNs);
                inKeyframe = false;
            }
            newestArrivalNs = stored.arrivalNs();
        }
        if (!started) {
            started = true;
            listener.onStarted(nowNs);
        }
        return bytes;
    }

    /** Sends a packet with those before it, as far as there are any; 0 when it is not kept. */
    private int sendRedundant(Redundancy repeats, Run of, long sequence, int out, int timestamp, long nowNs) {
        Layer layer = of.layer();
        int payloadType = of.payload().payloadType();
        int length = of.payload().hasRed() ? repeats.collect(layer, sequence, runFirst, payloadType) : 0;
        ParsedPacket parsed = layer.packets().find(sequence);
        if (parsed == null) {
            return 0;
        }
        RtpPacket packet = parsed.rtp();
        boolean marker = of.marks(parsed.stored());
        return length == 0
                ? writer.send(of, packet, marker, out, timestamp, sources.ssrc(), opening, nowNs)
                : writer.sendRedundant(
                        of, packet, marker, out, timestamp, sources.ssrc(), repeats.prefix(), length, opening, nowNs);
    }

    /**
     * Such a share of what the viewer was sent was lost lately, 0..1.
     *
     * @param copies for how many of each payload there is room
     */
    void onLoss(double share, int copies, long nowNs) {
        if (redundancy != null) {
            redundancy.onLoss(share, copies - 1, nowNs);
        }
    }

    /** How often each packet's payload is sent for the first time: more than once where earlier ones go with it. */
    int copies() {
        return redundancy == null ? 1 : 1 + redundancy.blocks();
    }

    /**
     * Sends a packet again; counts why when it does not.
     *
     * @return whether the viewer lost it for good, and with it all pictures up to the next keyframe
     */
    boolean onNack(int sequence, long rttNs, long nowNs) {
        // Of a packet that carried others it is not known which: what is not asked for is not kept.
        DropReason reason =
                redundancy != null ? DropReason.NACK_NOT_KEPT : retransmitter.onNack(sequence, rttNs, nowNs);
        if (reason == null) {
            return false;
        }
        drops.count(reason);
        return reason != DropReason.NACK_THROTTLED && retransmitter.wasSentSince(keyframeOut, sequence);
    }

    /**
     * Sends something that the viewer can do without, and gives its bytes; 0 when there is nothing to be sent now. Without a repair stream, and while no pictures are sent that it could repeat, that is
     * padding under the stream's own numbers, and only between pictures: inside one it would look like a part of it.
     */
    int sendPadding(long nowNs) {
        Run current = run;
        if (current == null || !started) {
            return 0;
        }
        int repeated = retransmitter.repairs(current) ? retransmitter.sendPadding(nowNs) : 0;
        if (repeated > 0) {
            return repeated;
        }
        return inFrame ? 0 : sendPadding(current, sequences.insertNext(), nowNs);
    }

    private int sendPadding(Run current, long out, long nowNs) {
        Run padding = paddingRun;
        if (padding == null) {
            padding = current.padding();
            paddingRun = padding;
        }
        int timestamp = timestamps.newestOut();
        int bytes = writer.sendInserted(padding, (int) out & MAX_SEQUENCE, timestamp, sources.ssrc(), opening, nowNs);
        sent(out, padding, 0, timestamp, bytes, nowNs);
        return bytes;
    }

    /** The viewer cannot decode what it got. */
    void onPictureLoss() {
        freezes.onPictureLoss();
    }

    /** The viewer has reported on the stream: it knows what the first packets carried. */
    void onReported() {
        opening = false;
    }

    /** The replay is over for good: it was met so long ago that no late packet belongs to it. */
    void endReplay() {
        timestamps.endReplay();
    }

    /** Whether the last packet sent left its frame open. */
    boolean isInFrame() {
        return inFrame;
    }

    /** Whether a sequence number of the run's layer is newer than all sent. */
    boolean isNewest(long sequence) {
        return sequences.isNewest(sequence);
    }

    /** The source's timestamp of the newest frame sent. */
    int newestSourceTimestamp() {
        return timestamps.newestSource();
    }

    /** Whether a sender report can say anything now: something is being sent, and its capture time is known. */
    boolean canReport() {
        SenderClock known = clock;
        return run != null && started && known != null && known.isSet();
    }

    /** The stream's timestamp of a sample that is captured now; only when {@link #canReport}. */
    int timestampAt(long nowNs) {
        SenderClock known = clock;
        if (known == null) {
            throw new IllegalStateException("nothing was sent yet");
        }
        int newest = timestamps.newestSource();
        return timestamps.live(newest) + ticks(nowNs - known.captureNs(newest));
    }

    OutboundSources sources() {
        return sources;
    }

    /** What was sent under the stream's SSRC. */
    SentCount count() {
        return count;
    }

    /** What was sent under its RTX SSRC. */
    SentCount rtxCount() {
        return retransmitter.rtxCount();
    }

    private static boolean isRedundant(AgreedMedia media) {
        return media.payloads().stream().anyMatch(PayloadMapping::hasRed)
                && media.payloads().stream().noneMatch(each -> each.feedback().contains(PayloadMapping.Feedback.NACK));
    }

    private LayerFilter filterOf(Layer layer) {
        LayerFilter known = filter;
        if (known == null) {
            known = newFilter(layer);
            filter = known;
        }
        return known;
    }

    private LayerFilter newFilter(Layer layer) {
        LayerFilter filtering = new LayerFilter(layer.codec() == Codec.VP8);
        LayerSelection wanted = selection;
        filtering.begin(wanted != null && wanted.layer() == layer ? wanted : LayerSelection.whole(layer));
        return filtering;
    }

    /** A packet of a layer that the viewer does not get leaves no gap: newer ones move up, and a gap that waits for it is filled (R4). */
    private void leaveOut(Run current, RtpPacket packet, long sequence, boolean newest, long nowNs) {
        drops.count(DropReason.OTHER_LAYER);
        if (newest) {
            sequences.leaveOut(sequence);
            if (current.codec() == Codec.VP8) {
                leaveOutPicture(current, packet);
            }
            return;
        }
        long out = sequences.map(sequence);
        if (out != SequenceMap.NOT_MAPPED) {
            sendPadding(current, out, nowNs);
        }
    }

    private void leaveOutPicture(Run current, RtpPacket packet) {
        int id = writer.pictureIdOf(packet);
        if (id < 0 || id == leftOutPicture) {
            return;
        }
        leftOutPicture = id;
        PictureGaps gaps = current.gaps();
        if (gaps == null) {
            gaps = new PictureGaps(writer.pictureIdBits(), id);
            run = current.leavingOut(gaps);
        }
        gaps.leaveOut(id);
    }

    private void insertParameterSets(Run current, RtpPacket packet, long sequence, long nowNs) {
        for (Run inserting : parameterSets.wantedBefore(current, sequence, packet)) {
            long out = sequences.insertBefore(sequence);
            int timestamp = timestamps.map(packet.timestamp());
            int bytes =
                    writer.sendInserted(inserting, (int) out & MAX_SEQUENCE, timestamp, sources.ssrc(), opening, nowNs);
            sent(out, inserting, sequence, timestamp, bytes, nowNs);
        }
    }

    private void sent(long out, Run of, long sequence, int timestamp, int bytes, long nowNs) {
        retransmitter.sent(out, of, sequence, timestamp, opening, bytes, nowNs);
        count.add(writer.lastPayloadBytes());
    }

    /** From the capture of the newest packet sent to that of the first packet of a new source. */
    private long sinceNewestNs(Layer layer, ParsedPacket first) {
        long byClocksNs = sinceNewestByClocksNs(layer, first);
        long byTimestampsNs =
                timestamps.spanNs(timestamps.newestSource(), first.rtp().timestamp());
        return Math.abs(byTimestampsNs - byClocksNs) <= SAME_BASE_NS ? byTimestampsNs : byClocksNs;
    }

    private long sinceNewestByClocksNs(Layer layer, ParsedPacket first) {
        SenderClock before = clock;
        long byArrivalNs = first.stored().arrivalNs() - newestArrivalNs;
        if (before == null
                || before == layer.clock()
                || !before.isSet()
                || !layer.clock().isSet()) {
            return byArrivalNs;
        }
        long byCaptureNs =
                layer.clock().captureNs(first.rtp().timestamp()) - before.captureNs(timestamps.newestSource());
        return Math.abs(byCaptureNs - byArrivalNs) > MAX_CLOCK_STRIFE_NS ? byArrivalNs : byCaptureNs;
    }

    private int ticks(long durationNs) {
        return (int) (durationNs / 1000 * clockRateHz / 1_000_000);
    }
}
