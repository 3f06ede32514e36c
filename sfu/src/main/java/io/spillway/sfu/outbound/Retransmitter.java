package io.spillway.sfu.outbound;

import io.spillway.media.live.Layer;
import io.spillway.media.live.ParsedPacket;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.media.rtp.SequenceUnwrapper;
import io.spillway.sfu.DropReason;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Answers a viewer's NACKs from the layers' histories: the same bytes again, as RTX where it was agreed, within what a budget, a guard between
 * repeats and a count of tries allow (R13, R17, R18, X11).
 */
final class Retransmitter {

    /** A packet lost four times is a link that does not carry the stream. */
    private static final int MAX_RESENDS = 3;

    /** Longest guard: by then a viewer has asked again for good reason. */
    private static final long MAX_GUARD_NS = 100_000_000L;

    /** Shortest guard, so that a sequence named twice in one report, or over loopback, is one request. */
    private static final long MIN_GUARD_NS = 10_000_000L;

    /** What serves as padding is chosen among so many of the newest packets, so that a lost one of them is repaired by the way. */
    private static final int PADDING_PACKETS = 16;

    private static final int MAX_SEQUENCE = 0xFFFF;

    private final OutboundSources sources;
    private final PacketWriter writer;
    private final SentLog log;
    private final RetransmissionBudget budget;
    private final SentCount mediaCount;
    private final SentCount rtxCount = new SentCount();
    private @Nullable Run current;
    private int rtxSequence;
    private int paddingIndex;

    /** The highest extended numbers sent, of all and of media; -1 before the first. */
    private long newest = -1;

    private long newestMedia = -1;

    /** What was sent since the budget was last told. */
    private long untoldBytes;

    /**
     * @param mediaCount what is sent under the stream's own SSRC, plain repeats among it
     * @param firstRtxSequence chance, 0..65535
     */
    Retransmitter(
            OutboundSources sources,
            PacketWriter writer,
            SentLog log,
            RetransmissionBudget budget,
            SentCount mediaCount,
            int firstRtxSequence) {
        this.sources = sources;
        this.writer = writer;
        this.log = log;
        this.budget = budget;
        this.mediaCount = mediaCount;
        this.rtxSequence = firstRtxSequence;
    }

    /** Notes a packet sent for the first time. */
    void sent(long out, Run run, long source, int timestamp, boolean opening, int bytes, long nowNs) {
        newest = Math.max(newest, out);
        if (!run.isPadding()) {
            current = run;
            newestMedia = Math.max(newestMedia, out);
        }
        int transportNumber = repairs(run) ? SentLog.NONE : writer.lastTransportNumber();
        log.add(out, run, source, timestamp, opening, transportNumber, nowNs);
        untoldBytes += bytes;
    }

    /** Whether a packet of the run was sent already, under that number. */
    boolean wasSent(long out, Run run, long source) {
        return log.find(out) && log.run().inserted() == null && log.run().isOfSameSource(run) && log.source() == source;
    }

    /** Whether a packet that the viewer names was sent, and not before the one of that extended number. */
    boolean wasSentSince(long out, int sequence) {
        long asked = SequenceUnwrapper.nearest(newest, sequence);
        return asked >= out && asked <= newest;
    }

    /**
     * Sends a packet again.
     *
     * @param sequence as the viewer saw it, 0..65535
     * @param rttNs round-trip time, 0 when unknown
     * @return why it was not sent, or null
     */
    @Nullable
    DropReason onNack(int sequence, long rttNs, long nowNs) {
        if (newest < 0 || !log.find(SequenceUnwrapper.nearest(newest, sequence))) {
            return DropReason.NACK_NOT_KEPT;
        }
        long guardNs = rttNs == 0 ? MAX_GUARD_NS : Math.clamp(2 * rttNs, MIN_GUARD_NS, MAX_GUARD_NS);
        if (log.resends() >= MAX_RESENDS || log.sinceResendNs(nowNs) < guardNs) {
            return DropReason.NACK_THROTTLED;
        }
        Run run = log.run();
        Run latest = current;
        if (latest != null && !run.isOfSameSource(latest) && budget.isLimited(nowNs)) {
            // A keyframe came since: on a path that is full already, what was before it only keeps it waiting.
            return DropReason.NACK_OVER_BUDGET;
        }
        ByteBuffer inserted = run.inserted();
        ParsedPacket packet = inserted == null ? run.layer().packets().find(log.source()) : null;
        int bytes;
        if (inserted != null) {
            bytes = inserted.limit() + RtpPacket.FIXED_HEADER_LENGTH;
        } else if (packet != null && packet.isWellFormed()) {
            bytes = packet.rtp().length();
        } else {
            return DropReason.NACK_NOT_KEPT;
        }
        budget.sent(untoldBytes);
        untoldBytes = 0;
        if (!budget.spend(bytes, nowNs)) {
            return DropReason.NACK_OVER_BUDGET;
        }
        send(run, packet, sequence, nowNs);
        log.resent(nowNs);
        return null;
    }

    /** Whether what a run's packets are sent again by is a repair stream. */
    boolean repairs(Run run) {
        return run.payload().hasRtx() && sources.rtxSsrc() != 0;
    }

    /** Sends one of the newest packets again under the repair stream's SSRC, though nobody asked; gives its bytes, 0 when there is none. */
    int sendPadding(long nowNs) {
        if (newest < 0) {
            return 0;
        }
        for (int i = 0; i < PADDING_PACKETS; i++) {
            long out = newest - paddingIndex++ % PADDING_PACKETS;
            if (!log.find(out) || log.run().inserted() != null || !repairs(log.run())) {
                continue;
            }
            ParsedPacket packet = log.run().layer().packets().find(log.source());
            if (packet != null && packet.isWellFormed()) {
                send(log.run(), packet, (int) out & MAX_SEQUENCE, nowNs);
                return writer.lastPayloadBytes();
            }
        }
        return 0;
    }

    /** The number, within its run, of the newest packet sent when it is one of this run's; -1 otherwise. */
    long newestSourceOf(Run run) {
        return log.find(newestMedia)
                        && log.run().inserted() == null
                        && log.run().isOfSameSource(run)
                ? log.source()
                : -1;
    }

    /** What was sent on the repair stream. */
    SentCount rtxCount() {
        return rtxCount;
    }

    /** Lets go of everything sent so far. */
    void forget() {
        log.clear();
        current = null;
    }

    /** Lets go of what was sent of other layers than this. */
    void forgetAllBut(Layer layer) {
        log.forgetAllBut(layer);
        Run latest = current;
        current = latest != null && latest.layer() == layer ? latest : null;
    }

    /** {@code packet} is null when the run puts its payload in. */
    private void send(Run run, @Nullable ParsedPacket packet, int sequence, long nowNs) {
        int timestamp = log.timestamp();
        boolean opening = log.opening();
        if (!repairs(run)) {
            writer.repeatUnder(log.transportNumber());
            if (packet != null) {
                boolean marker = run.marks(packet.stored());
                writer.send(run, packet.rtp(), marker, sequence, timestamp, sources.ssrc(), opening, nowNs);
            } else {
                writer.sendInserted(run, sequence, timestamp, sources.ssrc(), opening, nowNs);
            }
            mediaCount.add(writer.lastPayloadBytes());
            return;
        }
        int own = rtxSequence;
        rtxSequence = (rtxSequence + 1) & MAX_SEQUENCE;
        if (packet != null) {
            boolean marker = run.marks(packet.stored());
            writer.sendRtx(run, packet.rtp(), marker, sequence, timestamp, sources.rtxSsrc(), own, opening, nowNs);
        } else {
            writer.sendInsertedRtx(run, sequence, timestamp, sources.rtxSsrc(), own, opening, nowNs);
        }
        rtxCount.add(writer.lastPayloadBytes());
    }
}
