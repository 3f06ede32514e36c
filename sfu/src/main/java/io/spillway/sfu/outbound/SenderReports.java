package io.spillway.sfu.outbound;

import io.spillway.media.memory.Poison;
import io.spillway.media.rtcp.RtcpWriter;
import io.spillway.media.time.NtpTime;
import io.spillway.sfu.transport.MediaSink;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Our sender reports to one viewer: all its streams in one compound, on one NTP clock and under one CNAME, at once when a stream starts and
 * each second from then on (R27–R29). A stream that sends nothing is not reported.
 */
final class SenderReports {

    private static final long INTERVAL_NS = 1_000_000_000L;

    /** Players need two reports a stream before they can put sound and picture together: the second comes this soon. */
    private static final long FIRST_INTERVAL_NS = 250_000_000L;

    /** Four streams with their names. */
    static final int MAX_COMPOUND_BYTES = 1_200;

    private static final long NEVER = Long.MAX_VALUE;

    private final List<OutboundStream> streams;
    private final byte[] cname;
    private final MediaSink out;
    private final ViewerReports viewer;
    private final ReferenceTimes references = new ReferenceTimes();
    private final RtcpWriter writer;
    private final ByteBuffer compound;
    private long wallOffsetNs;
    private long intervalNs = INTERVAL_NS;
    private long nextNs = NEVER;

    SenderReports(
            List<OutboundStream> streams, String cname, MediaSink out, OutboundBuffers buffers, ViewerReports viewer) {
        this.writer = buffers.rtcp;
        this.compound = buffers.compound;
        this.streams = streams;
        this.cname = cname.getBytes(StandardCharsets.UTF_8);
        this.out = out;
        this.viewer = viewer;
    }

    /** Sets the clock once for the session, so that it never steps: {@code unixNs} is the wall clock now. */
    void start(long unixNs, long nowNs) {
        wallOffsetNs = unixNs - nowNs;
        nextNs = Beat.atOrAfter(nowNs + INTERVAL_NS);
    }

    /** A stream began, or goes on from another source. */
    void onStarted(long nowNs) {
        intervalNs = FIRST_INTERVAL_NS;
        report(nowNs);
    }

    /** The viewer told its clock: the next report answers. */
    void onReferenceTime(int ssrc, long ntp, long nowNs) {
        references.onReferenceTime(ssrc, ntp, nowNs);
    }

    long nextDeadlineNs() {
        return nextNs;
    }

    void onTimeout(long nowNs) {
        if (nowNs >= nextNs) {
            report(nowNs);
        }
    }

    /** The last word: every stream, sent on or not, says BYE. */
    void close(long nowNs) {
        nextNs = NEVER;
        if (streams.isEmpty()) {
            return;
        }
        writer.reset(compound);
        if (!writeReports(nowNs)) {
            writer.receiverReport(streams.getFirst().sources().ssrc());
        }
        for (int i = 0; i < streams.size(); i++) {
            OutboundSources sources = streams.get(i).sources();
            writer.canonicalName(sources.ssrc(), cname);
            writer.bye(sources.ssrc());
            if (sources.rtxSsrc() != 0) {
                writer.bye(sources.rtxSsrc());
            }
        }
        send(nowNs);
    }

    private void report(long nowNs) {
        nextNs = Beat.atOrAfter(nowNs + intervalNs);
        intervalNs = Math.min(INTERVAL_NS, 2 * intervalNs);
        writer.reset(compound);
        if (!writeReports(nowNs)) {
            return;
        }
        references.answer(writer, streams.getFirst().sources().ssrc(), nowNs);
        for (int i = 0; i < streams.size(); i++) {
            OutboundStream stream = streams.get(i);
            if (stream.canReport()) {
                writer.canonicalName(stream.sources().ssrc(), cname);
                if (stream.rtxCount().packets() > 0) {
                    writer.canonicalName(stream.sources().rtxSsrc(), cname);
                }
            }
        }
        send(nowNs);
    }

    private void send(long nowNs) {
        out.sendRtcp(compound, writer.length(), nowNs);
        assert Poison.over(compound, 0, writer.length());
    }

    private boolean writeReports(long nowNs) {
        long ntp = NtpTime.fromUnixNs(nowNs + wallOffsetNs);
        boolean any = false;
        for (int i = 0; i < streams.size(); i++) {
            OutboundStream stream = streams.get(i);
            if (!stream.canReport()) {
                continue;
            }
            any = true;
            int timestamp = stream.timestampAt(nowNs);
            SentCount count = stream.count();
            writer.senderReport(stream.sources().ssrc(), ntp, timestamp, count.packets(), count.octets());
            SentCount rtx = stream.rtxCount();
            if (rtx.packets() > 0) {
                writer.senderReport(stream.sources().rtxSsrc(), ntp, timestamp, rtx.packets(), rtx.octets());
            }
        }
        if (any) {
            viewer.onSent(NtpTime.middle(ntp), nowNs);
        }
        return any;
    }
}
