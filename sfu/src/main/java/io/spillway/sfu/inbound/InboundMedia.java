package io.spillway.sfu.inbound;

import io.spillway.media.live.Layer;
import io.spillway.media.live.LayerOption;
import io.spillway.media.live.Publication;
import io.spillway.media.live.Track;
import io.spillway.media.rtcp.RtcpParser;
import io.spillway.media.rtp.HeaderExtension;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.media.rtp.Rtx;
import io.spillway.media.time.PublisherClock;
import io.spillway.sfu.DropCounters;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.StreamStatus;
import io.spillway.sfu.inbound.SourceTable.Role;
import io.spillway.sfu.sdp.AgreedMedia;
import io.spillway.sfu.sdp.PayloadMapping.Feedback;
import io.spillway.sfu.transport.MediaSink;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All of one publisher's media above its transport: plain RTP and RTCP in, a {@link Publication} that fills, RTCP out. Sans-IO; owned by one
 * loop, which calls {@link #onBurstEnd} after each burst and {@link #onTimeout} at {@link #nextDeadlineNs}. Allocates nothing a packet.
 */
public final class InboundMedia {

    /** Reports to the publisher: more often than video needs (1 s) would only cost FFmpeg's reader (R26, F5). */
    private static final long REPORT_EACH_NS = 1_000_000_000L;

    /** The first report is early, as a sender's ramp waits for it, but late enough for every SSRC to be bound first (B1). */
    private static final long FIRST_REPORT_AFTER_NS = 250_000_000L;

    private static final long TRANSPORT_FEEDBACK_EACH_NS = 100_000_000L;
    private static final long NEVER = Long.MAX_VALUE;

    private final InboundSection[] sections;
    private final SourceTable table = new SourceTable();
    private final SourceBinder binder;
    private final Publication publication;
    private final PublisherReports reports;
    private final FeedbackSender feedback;
    private final RtcpBudget budget = new RtcpBudget();
    private final TransportWideLog transportLog = new TransportWideLog();
    private final DropCounters drops;
    private final int transportSequenceId;
    private final @Nullable RembRamp remb;

    private final RtpPacket packet = new RtpPacket();
    private final RtpPacket repaired = new RtpPacket();
    private final ByteBuffer repairedBytes = ByteBuffer.allocateDirect(InboundConfig.MAX_PACKET_BYTES);
    private final RedundantAudio redundantAudio = new RedundantAudio(repaired, repairedBytes);
    private final long[] nackable = new long[NackGenerator.MAX_OPEN];

    private long nextReportNs = NEVER;
    private long nextTransportFeedbackNs = NEVER;
    private int newestSsrc;
    private boolean newestSectionAlone;
    private Runnable deadlineMoved = () -> {};
    private boolean closed;
    private long packets;
    private long bytes;

    /**
     * @param agreed m-lines taken, at most one of a kind
     * @param out where our RTCP goes
     */
    public InboundMedia(
            List<AgreedMedia> agreed,
            InboundConfig config,
            Instant startedAt,
            String publisherAgent,
            MediaSink out,
            DropCounters drops) {
        PublisherClock clock = new PublisherClock();
        this.drops = drops;
        this.sections = agreed.stream()
                .map(m -> new InboundSection(m, clock, drops, this::tellDeadlineMoved))
                .toArray(InboundSection[]::new);
        this.binder = new SourceBinder(sections, table);
        List<Track> tracks = Arrays.stream(sections).map(InboundSection::track).toList();
        this.publication = new Publication(tracks, startedAt, publisherAgent);
        this.reports = new PublisherReports(table, publication);
        this.feedback = new FeedbackSender(config.cname(), config.localSsrc(), out, budget);
        boolean transportWide = agreesAny(Feedback.TRANSPORT_CC);
        this.transportSequenceId = transportWide ? SourceBinder.idOf(sections, HeaderExtension.TRANSPORT_CC) : 0;
        this.remb =
                transportSequenceId == 0 && agreesAny(Feedback.GOOG_REMB) ? new RembRamp(config.maxBitrateBps()) : null;
    }

    /** Says who hears, from a turn that is not this publisher's own, that {@link #nextDeadlineNs} came nearer. */
    public void onDeadlineMoved(Runnable listener) {
        deadlineMoved = listener;
    }

    private void tellDeadlineMoved() {
        deadlineMoved.run();
    }

    /** What is published: one object from the beginning to the end, filled as packets come. */
    public Publication publication() {
        return publication;
    }

    /** RTP packets taken in, with RTX and padding. */
    public long packets() {
        return packets;
    }

    /** Their bytes. */
    public long bytes() {
        return bytes;
    }

    /** Takes one decrypted RTP packet in; {@code plain} is borrowed for the call. Drops are counted. */
    public void onRtp(ByteBuffer plain, int offset, int length, long nowNs) {
        DropReason reason = closed ? null : receive(plain, offset, length, nowNs);
        if (reason != null) {
            drops.count(reason);
        }
    }

    /** Takes one decrypted RTCP datagram in. */
    public void onRtcp(ByteBuffer plain, int offset, int length, long nowNs) {
        if (!closed && !RtcpParser.parse(plain, offset, length, reports.at(nowNs))) {
            drops.count(DropReason.MALFORMED_RTCP);
        }
    }

    /** Hands the burst to the readers and asks for what it shows to be missing. */
    public void onBurstEnd(long nowNs) {
        for (InboundSection section : sections) {
            for (int i = 0; i < section.layerCount(); i++) {
                section.layerAt(i).layer().flush(nowNs);
            }
        }
        repair(nowNs);
    }

    /** When {@link #onTimeout} has something to do; {@code Long.MAX_VALUE} for never. */
    public long nextDeadlineNs() {
        if (closed) {
            return NEVER;
        }
        long deadlineNs = Math.min(nextReportNs, nextTransportFeedbackNs);
        for (InboundSection section : sections) {
            for (int i = 0; i < section.layerCount(); i++) {
                InboundLayer layer = section.layerAt(i);
                deadlineNs = Math.min(deadlineNs, layer.keyframeDeadlineNs());
                long nackNs = layer.nackDeadlineNs();
                if (nackNs != NEVER) {
                    deadlineNs = Math.min(deadlineNs, Math.max(nackNs, budget.allowedFromNs()));
                }
            }
        }
        return deadlineNs;
    }

    public void onTimeout(long nowNs) {
        if (closed) {
            return;
        }
        if (nowNs >= nextTransportFeedbackNs) {
            nextTransportFeedbackNs = transportLog.hasNews() ? nowNs + TRANSPORT_FEEDBACK_EACH_NS : NEVER;
            feedback.transportFeedback(transportLog, newestSsrc, newestSectionAlone, nowNs);
        }
        if (nowNs >= nextReportNs) {
            feedback.report(sections, allowedBps(nowNs), nowNs);
            nextReportNs = nowNs + REPORT_EACH_NS;
        }
        repair(nowNs);
    }

    /** Ends the session's part: what is left is handed over, nothing is taken or sent any more. */
    public void close(long nowNs) {
        for (InboundSection section : sections) {
            for (int i = 0; i < section.layerCount(); i++) {
                section.layerAt(i).layer().flush(nowNs);
            }
        }
        closed = true;
    }

    /** The tracks as they stand. Allocates; for status requests on the loop. */
    public List<StreamStatus.Track> status(long nowNs) {
        return Arrays.stream(sections)
                .map(section -> new StreamStatus.Track(
                        section.track().kind(),
                        section.track().format().codec(),
                        section.layers().map(layer -> status(layer, nowNs)).toList(),
                        choices(section.track(), nowNs)))
                .toList();
    }

    private static List<StreamStatus.Choice> choices(Track track, long nowNs) {
        List<StreamStatus.Choice> choices = new ArrayList<>();
        Set<Layer> sent = new HashSet<>();
        for (LayerOption option : track.ladder(nowNs).options()) {
            Layer layer = option.selection().layer();
            sent.add(layer);
            choices.add(new StreamStatus.Choice(
                    layer.rid(),
                    option.spatialId(),
                    option.temporalId(),
                    option.width(),
                    option.height(),
                    option.bitrateBps(),
                    option.targetBps(),
                    true));
        }
        for (Layer layer : track.layers()) {
            if (!sent.contains(layer)) {
                choices.add(new StreamStatus.Choice(
                        layer.rid(), 0, 0, layer.width(), layer.height(), 0, layer.targetBps(), false));
            }
        }
        return List.copyOf(choices);
    }

    /** What the person who publishes should know and can change. Allocates. */
    public List<String> warnings(long nowNs) {
        return Arrays.stream(sections)
                .flatMap(InboundSection::layers)
                .flatMap(layer -> PublisherAdvice.of(layer, nowNs).stream())
                .toList();
    }

    private static StreamStatus.Layer status(InboundLayer inbound, long nowNs) {
        Layer layer = inbound.layer();
        return new StreamStatus.Layer(
                layer.rid(),
                layer.width(),
                layer.height(),
                layer.bitrateBps(nowNs),
                layer.framesPerSecond(nowNs),
                inbound.stats().lossFraction(),
                layer.keyframeIntervalNs(nowNs) / 1_000_000,
                layer.isActive(nowNs));
    }

    private @Nullable DropReason receive(ByteBuffer plain, int offset, int length, long nowNs) {
        if (length > InboundConfig.MAX_PACKET_BYTES) {
            return DropReason.TOO_LARGE;
        }
        if (!packet.wrap(plain, offset, length)) {
            return DropReason.MALFORMED_RTP;
        }
        packets++;
        bytes += length;
        budget.onPacket();
        noteTransportSequence(nowNs);
        int at = table.find(packet.ssrc());
        InboundLayer layer = at < 0 ? null : table.layer(at);
        if (layer == null) {
            DropReason stranger = binder.bind(packet, nowNs);
            if (stranger != null) {
                return stranger;
            }
            at = table.find(packet.ssrc());
            layer = Objects.requireNonNull(table.layer(at), "bound");
        }
        if (nextReportNs == NEVER) {
            nextReportNs = nowNs + FIRST_REPORT_AFTER_NS;
        }
        return table.role(at) == Role.RTX ? receiveRtx(layer, nowNs) : receiveMedia(layer, nowNs);
    }

    private @Nullable DropReason receiveMedia(InboundLayer layer, long nowNs) {
        InboundSection section = layer.section();
        PayloadFormat format = section.format(packet.payloadType());
        PayloadFormat redundant = format == null ? section.redundantFormat(packet.payloadType()) : null;
        if (format == null && redundant == null) {
            return DropReason.UNKNOWN_PAYLOAD_TYPE;
        }
        newestSsrc = packet.ssrc();
        newestSectionAlone = section.takesFeedbackAlone();
        return format != null
                ? layer.onPacket(packet, format, false, nowNs)
                : redundantAudio.receive(layer, Objects.requireNonNull(redundant), packet, nowNs);
    }

    /** Repaired packets go the way of all others, so that gaps know of them (R19). */
    private @Nullable DropReason receiveRtx(InboundLayer layer, long nowNs) {
        PayloadFormat format = layer.section().repairedFormat(packet.payloadType());
        if (format == null) {
            return DropReason.UNKNOWN_PAYLOAD_TYPE;
        }
        int length = Rtx.decapsulate(packet, format.mapping().payloadType(), layer.ssrc(), repairedBytes, 0);
        if (length < 0) {
            return DropReason.PADDING_ONLY;
        }
        if (!repaired.wrap(repairedBytes, 0, length)) {
            return DropReason.MALFORMED_RTP;
        }
        return layer.onPacket(repaired, format, true, nowNs);
    }

    private void noteTransportSequence(long nowNs) {
        if (transportSequenceId != 0 && packet.extensionLength(transportSequenceId) >= 2) {
            int at = packet.extensionOffset(transportSequenceId);
            transportLog.onPacket(packet.buffer().getShort(at) & 0xFFFF, nowNs);
            if (nextTransportFeedbackNs == NEVER) {
                nextTransportFeedbackNs = nowNs + TRANSPORT_FEEDBACK_EACH_NS;
            }
        }
    }

    private void repair(long nowNs) {
        for (InboundSection section : sections) {
            for (int i = 0; i < section.layerCount(); i++) {
                InboundLayer layer = section.layerAt(i);
                if (layer.nackDeadlineNs() <= nowNs && budget.allows(nowNs)) {
                    int count = layer.collectNacks(nowNs, nackable);
                    if (count > 0) {
                        feedback.nack(layer.ssrc(), nackable, count, section.takesFeedbackAlone(), nowNs);
                    }
                }
                if (layer.takeKeyframeRequest(nowNs)) {
                    requestKeyframe(layer, section.takesFeedbackAlone(), nowNs);
                }
            }
        }
    }

    private void requestKeyframe(InboundLayer layer, boolean alone, long nowNs) {
        if (layer.takesPictureLoss()) {
            feedback.pictureLoss(layer.ssrc(), alone, nowNs);
        } else {
            feedback.fullIntraRequest(layer.ssrc(), alone, nowNs);
        }
    }

    /** What REMB allows now; 0 without REMB. */
    private long allowedBps(long nowNs) {
        if (remb == null) {
            return 0;
        }
        double loss = 0;
        long receivedBps = 0;
        for (InboundSection section : sections) {
            for (int i = 0; i < section.layerCount(); i++) {
                loss = Math.max(loss, section.layerAt(i).stats().fractionLost() / 256.0);
                receivedBps += section.layerAt(i).layer().bitrateBps(nowNs);
            }
        }
        return remb.next(loss, receivedBps);
    }

    private boolean agreesAny(Feedback kind) {
        return Arrays.stream(sections).anyMatch(section -> section.agrees(kind));
    }
}
