package io.spillway.sfu.session;

import io.spillway.media.rtcp.ArrivalTimes;
import io.spillway.media.rtcp.RtcpParser;
import io.spillway.media.rtcp.RtcpVisitor;
import io.spillway.media.rtcp.RtcpWriter;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.media.rtp.Rtx;
import io.spillway.media.rtp.SequenceUnwrapper;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.peer.Peer;
import io.spillway.testkit.SimNet;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A viewer as a browser is one: transport-wide feedback each 50 ms, reports each second, NACK at once and again each round trip for a second, then a request for a keyframe; a picture is shown when
 * it and all before it since a keyframe have come, and a whole keyframe at once.
 */
final class AdaptiveViewer implements Peer.Listener, RtcpVisitor, SimNet.Node {

    static final long MS = 1_000_000;

    static final int TRANSPORT_ID = 4;
    private static final int VP8 = 96;
    private static final int RTX = 97;
    static final int OWN_SSRC = 1;
    private static final int MARK_IN_RTX = Rtx.OSN_LENGTH + SimulcastPublisher.MARK_OFFSET;
    private static final long TICK_NS = 5 * MS;
    private static final long FEEDBACK_NS = 50 * MS;
    private static final long REPORT_NS = 1_000 * MS;
    private static final long PATIENCE_NS = 1_000 * MS;
    private static final long KEYFRAME_AGAIN_NS = 300 * MS;

    /** As players count it: later than the usual interval by 150 ms and by three of them. */
    private static final long FREEZE_NS = SimulcastPublisher.FRAME_NS + 150 * MS;

    private static final List<String> RTX_MEDIA = List.of("a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96");

    private static final String TRANSPORT_WIDE =
            "a=extmap:4 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

    private static final List<String> MEDIA = List.of(
            "m=video 9 UDP/TLS/RTP/SAVPF 96 97",
            TRANSPORT_WIDE,
            "a=rtpmap:96 VP8/90000",
            "a=rtcp-fb:96 nack",
            "a=rtcp-fb:96 nack pli",
            "a=rtcp-fb:96 transport-cc");

    /** What came, and when. */
    record Heard(long atNs, int ssrc, int sequence, int bytes, int layer) {}

    /** A picture stood still. */
    record Freeze(long atNs, long durationNs) {}

    /** A packet of another layer than the one before. */
    record Change(long atNs, int layer) {}

    private record Missing(long sinceNs, long lastAskedNs, int asked) {}

    private record Packet(boolean keyframe, boolean marker, int layer) {}

    private final World world;
    private final Negotiated negotiated;
    private final RtpPacket packet = new RtpPacket();
    private final RtcpWriter writer = new RtcpWriter();
    private final ByteBuffer rtcp = ByteBuffer.allocateDirect(1_400);
    private final SequenceUnwrapper media = new SequenceUnwrapper();
    private final SequenceUnwrapper transport = new SequenceUnwrapper();
    private final Map<Long, Long> arrivals = new HashMap<>();
    private final SequenceUnwrapper sound = new SequenceUnwrapper();
    private final TreeMap<Long, Long> soundNs = new TreeMap<>();
    private final Map<Long, Packet> waiting = new HashMap<>();
    private final TreeMap<Long, Missing> missing = new TreeMap<>();
    private final Set<Long> givenUp = new HashSet<>();

    final List<Freeze> freezes = new ArrayList<>();
    final List<Change> changes = new ArrayList<>();
    final List<Long> repairNs = new ArrayList<>();
    final List<Long> shownNs = new ArrayList<>();

    /** Round-trip time that repeated requests go by. */
    long rttNs = 50 * MS;

    /** How much faster its clock runs. */
    double clockDrift;

    long packets;
    long bytes;
    long lostForGood;

    /** Packets of nothing but padding under the stream's own numbers. */
    long paddingPackets;

    long duplicates;
    long keyframesAsked;

    /** Hears each transport-wide feedback as it is sent, before encryption. */
    Consumer<byte[]> onFeedback = rtcp -> {};

    /** Each packet as it came, RTX among them, when set. */
    @Nullable
    List<Heard> heard;

    private int ssrc;
    private boolean begun;
    private long next;
    private long newest = -1;
    private boolean undecodable;
    private int layer = -1;
    private long feedbackFrom = -1;
    private int feedbackCount;
    private long tickNs;
    private long feedbackDueNs;
    private long reportDueNs;
    private long keyframeAskedNs;
    private long lastShownNs;
    private long expectedBefore;
    private long receivedBefore;
    private long receivedFirst;
    private int lastSr;
    private long lastSrNs;

    AdaptiveViewer(World world, InetSocketAddress address, Scenario.Cast cast) throws Rejected {
        this.world = world;
        List<String> media = new ArrayList<>(MEDIA);
        media.addAll(cast.rtx() ? RTX_MEDIA : List.of());
        if (cast.sound()) {
            media.addAll(SimulcastPublisher.SOUND);
            media.addAll(List.of(TRANSPORT_WIDE, "a=rtcp-fb:111 transport-cc"));
        }
        this.negotiated = Negotiated.by(world, false, () -> address, media, this);
        this.tickNs = world.nowNs();
        this.feedbackDueNs = tickNs;
        this.reportDueNs = tickNs;
    }

    World world() {
        return world;
    }

    Peer peer() {
        return negotiated.peer();
    }

    String sessionId() {
        return negotiated.sessionId();
    }

    /** Index of the layer that came last, -1 before any. */
    int layer() {
        return layer;
    }

    int ssrc() {
        return ssrc;
    }

    @Override
    public void onDatagram(ByteBuffer datagram, InetSocketAddress from, long nowNs) {
        throw new AssertionError("its peer takes datagrams");
    }

    @Override
    public long nextDeadlineNs() {
        return tickNs;
    }

    @Override
    public void onTimeout(long nowNs) {
        tickNs += TICK_NS;
        if (!begun) {
            return;
        }
        askAgain(nowNs);
        if (undecodable && nowNs - keyframeAskedNs >= KEYFRAME_AGAIN_NS) {
            keyframeAskedNs = nowNs;
            keyframesAsked++;
            writer.reset(rtcp);
            writer.pictureLoss(OWN_SSRC, ssrc);
            say(nowNs);
        }
        if (nowNs >= feedbackDueNs) {
            feedbackDueNs = nowNs + FEEDBACK_NS;
            tellArrivals(nowNs);
        }
        if (nowNs >= reportDueNs) {
            reportDueNs = nowNs + REPORT_NS;
            report(nowNs);
        }
    }

    @Override
    public void onRtp(ByteBuffer plain, int offset, int length, long nowNs) {
        if (!packet.wrap(plain, offset, length)) {
            throw new AssertionError("the server sent malformed RTP");
        }
        bytes += length;
        boolean isSound = packet.payloadType() == SimulcastPublisher.OPUS;
        List<Heard> log = heard;
        if (log != null && !isSound) {
            int layerAt = packet.payloadType() == RTX ? MARK_IN_RTX : SimulcastPublisher.MARK_OFFSET;
            log.add(new Heard(
                    nowNs, packet.ssrc(), packet.sequence(), length, plain.get(packet.payloadOffset() + layerAt)));
        }
        int number = packet.extensionOffset(TRANSPORT_ID);
        if (number > 0) {
            long wide = transport.unwrap(plain.getShort(number) & 0xFFFF);
            arrivals.putIfAbsent(wide, (long) (nowNs * (1 + clockDrift)));
            // What comes late is told of once more, with all that follows it.
            feedbackFrom = feedbackFrom < 0 ? wide : Math.min(feedbackFrom, wide);
        }
        if (isSound) {
            soundNs.put(sound.unwrap(packet.sequence()), nowNs);
        } else if (packet.payloadType() == RTX) {
            int original = Rtx.originalSequence(packet);
            int at = packet.payloadOffset() + Rtx.OSN_LENGTH;
            take(media.peek(original), at, false, nowNs);
        } else if (packet.payloadType() == VP8) {
            ssrc = packet.ssrc();
            receivedFirst++;
            take(media.unwrap(packet.sequence()), packet.payloadOffset(), true, nowNs);
        }
    }

    /** Packets of sound that never came, of those between the first and the last that came from one time to another. */
    long soundMissing(long fromNs, long toNs) {
        List<Long> came = soundNs.entrySet().stream()
                .filter(each -> each.getValue() >= fromNs && each.getValue() < toNs)
                .map(Map.Entry::getKey)
                .toList();
        return came.isEmpty() ? Long.MAX_VALUE : came.getLast() - came.getFirst() + 1 - came.size();
    }

    private void take(long sequence, int payloadAt, boolean first, long nowNs) {
        ByteBuffer buffer = packet.buffer();
        boolean padding = packet.payloadLength() == 0;
        paddingPackets += padding ? 1 : 0;
        Packet came = padding
                ? new Packet(false, false, layer)
                : new Packet(
                        (buffer.get(payloadAt) & 0x10) != 0 && (buffer.get(payloadAt + 1) & 1) == 0,
                        packet.marker(),
                        buffer.get(payloadAt + SimulcastPublisher.MARK_OFFSET));
        if (!begun) {
            begun = true;
            next = sequence;
            undecodable = false;
            expectedBefore = sequence;
        }
        Missing asked = missing.remove(sequence);
        boolean known = (sequence < next && asked == null) || waiting.containsKey(sequence);
        if (known && !givenUp.remove(sequence)) {
            duplicates++;
            return;
        }
        packets++;
        if (asked != null && asked.asked() > 0) {
            repairNs.add(nowNs - asked.sinceNs());
        }
        noteGaps(sequence, nowNs);
        if (first && sequence == newest && came.layer() != layer) {
            layer = came.layer();
            changes.add(new Change(nowNs, layer));
        }
        if (sequence >= next) {
            waiting.put(sequence, came);
            show(nowNs);
        }
    }

    private void noteGaps(long sequence, long nowNs) {
        for (long gap = newest + 1; newest >= 0 && gap < sequence; gap++) {
            missing.put(gap, new Missing(nowNs, 0, 0));
        }
        newest = Math.max(newest, sequence);
    }

    private void show(long nowNs) {
        if (!waiting.containsKey(next)) {
            waiting.keySet().stream()
                    .filter(this::beginsWholeKeyframe)
                    .min(Long::compare)
                    .ifPresent(keyframe -> {
                        waiting.keySet().removeIf(each -> each < keyframe);
                        // Nothing before it is of use any more.
                        lostForGood += missing.headMap(keyframe).size();
                        missing.headMap(keyframe).clear();
                        next = keyframe;
                        undecodable = false;
                    });
        }
        if (undecodable) {
            return;
        }
        for (Packet came = waiting.remove(next); came != null; came = waiting.remove(next)) {
            next++;
            if (came.marker()) {
                if (lastShownNs > 0 && nowNs - lastShownNs > FREEZE_NS) {
                    freezes.add(new Freeze(lastShownNs, nowNs - lastShownNs));
                }
                lastShownNs = nowNs;
                shownNs.add(nowNs);
            }
        }
    }

    private boolean beginsWholeKeyframe(long first) {
        Packet at = waiting.get(first);
        if (at == null || !at.keyframe()) {
            return false;
        }
        long sequence = first;
        while (at != null && !at.marker()) {
            at = waiting.get(++sequence);
        }
        return at != null;
    }

    private void askAgain(long nowNs) {
        long[] asking = new long[256];
        int count = 0;
        List<Long> lost = new ArrayList<>();
        for (Map.Entry<Long, Missing> entry : missing.entrySet()) {
            Missing each = entry.getValue();
            if (nowNs - each.sinceNs() > PATIENCE_NS) {
                lost.add(entry.getKey());
            } else if (count < asking.length && (each.asked() == 0 || nowNs - each.lastAskedNs() >= rttNs + 10 * MS)) {
                asking[count++] = entry.getKey();
                entry.setValue(new Missing(each.asked() == 0 ? nowNs : each.sinceNs(), nowNs, each.asked() + 1));
            }
        }
        for (Long sequence : lost) {
            missing.remove(sequence);
            givenUp.add(sequence);
            lostForGood++;
            if (sequence >= next) {
                undecodable = true;
            }
        }
        if (undecodable) {
            show(nowNs);
        }
        for (int from = 0; from < count; ) {
            writer.reset(rtcp);
            int taken = writer.nack(OWN_SSRC, ssrc, asking, from, count - from);
            say(nowNs);
            from += Math.max(1, taken);
        }
    }

    private void tellArrivals(long nowNs) {
        long end = transport.highest() + 1;
        if (feedbackFrom < 0) {
            return;
        }
        ArrivalTimes times = number -> arrivals.getOrDefault(number, ArrivalTimes.NOT_RECEIVED);
        while (feedbackFrom < end) {
            writer.reset(rtcp);
            long told = writer.transportFeedback(OWN_SSRC, ssrc, feedbackCount++ & 0xFF, feedbackFrom, end, times);
            if (told <= feedbackFrom) {
                return;
            }
            feedbackFrom = told;
            say(nowNs);
            byte[] sent = new byte[writer.length()];
            rtcp.get(0, sent);
            onFeedback.accept(sent);
        }
        arrivals.keySet().removeIf(number -> number < feedbackFrom - 10_000);
    }

    private void report(long nowNs) {
        long expected = newest - expectedBefore;
        long received = receivedFirst - receivedBefore;
        expectedBefore = newest;
        receivedBefore = receivedFirst;
        int fraction = expected <= 0 ? 0 : Math.clamp((expected - received) * 256 / expected, 0, 255);
        writer.reset(rtcp);
        writer.receiverReport(OWN_SSRC);
        int delay = lastSr == 0 ? 0 : (int) ((nowNs - lastSrNs) * 65_536 / 1_000_000_000L);
        writer.reportBlock(ssrc, fraction, 0, (int) newest, 0, lastSr, delay);
        say(nowNs);
    }

    private void say(long nowNs) {
        peer().sendRtcp(rtcp, writer.length(), nowNs);
    }

    /** Sends what a test wrote. */
    void say(Consumer<RtcpWriter> what) {
        writer.reset(rtcp);
        what.accept(writer);
        say(world.nowNs());
    }

    /** Sends RTCP as it is. */
    void say(byte[] raw) {
        rtcp.put(0, raw);
        peer().sendRtcp(rtcp, raw.length, world.nowNs());
    }

    /** The newest sequence number of the stream, extended. */
    long newestSequence() {
        return newest;
    }

    /** The newest transport-wide number, extended. */
    long newestTransportNumber() {
        return transport.highest();
    }

    @Override
    public void onSenderReport(int from, long ntp, int rtpTimestamp, long packetCount, long octetCount) {
        if (from == ssrc) {
            lastSr = (int) (ntp >>> 16);
            lastSrNs = world.nowNs();
        }
    }

    @Override
    public void onRtcp(ByteBuffer plain, int offset, int length, long nowNs) {
        if (!RtcpParser.parse(plain, offset, length, this)) {
            throw new AssertionError("the server sent malformed RTCP");
        }
    }

    @Override
    public void onServerClosed() {
        throw new AssertionError("the server closed the session");
    }
}
