package io.spillway.bench.load;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.codec.PayloadParser;
import io.spillway.media.rtcp.RtcpParser;
import io.spillway.media.rtcp.RtcpVisitor;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.media.time.NtpTime;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One viewer: checks every packet's header and sequence, asks for what is missing, reports, and, when it is a sampled one, decrypts and
 * authenticates all of them and reads their stamps. Until the first keyframe every viewer decrypts.
 */
final class Viewer implements Peer, Link.Listener, RtcpVisitor {

    /** Replays of a server's cache are over by then; what was sent before enters no latency. */
    private static final long SETTLE_NS = 2_500_000_000L;

    /** As browsers send transport-wide feedback on a busy link. */
    private static final long FEEDBACK_NS = 50_000_000L;

    private static final int CHECK_EACH_SECONDS = 5;
    private static final int MOST_EARLY = 1_024;
    private static final int RTP_HEADER_BYTES = 12;
    private static final int LEAST_BYTES = RTP_HEADER_BYTES + 1 + 10;
    private static final int FIRST_RTCP = 192;
    private static final int LAST_RTCP = 223;
    private static final int HALF = 0x8000;

    private final LoadLoop loop;
    private final Tally tally;
    private final Publisher publisher;
    private final boolean sampled;
    private final boolean video;
    private final int payloadType;
    private final int ownSsrc;
    private final long postedNs;
    private final JoinListener joins;
    private final @Nullable Arrivals arrivals;
    private final int transportCcId;
    private final Link link;

    private final List<ByteBuffer> early = new ArrayList<>();
    private int ssrc;
    private boolean started;
    private boolean decodable;
    private long highest;
    private int newestTimestamp;
    private long settledRealNs = Long.MAX_VALUE;
    private @Nullable Gaps gaps;
    private long received;
    private long lost;
    private int seconds;

    private long lastFeedbackNs;
    private int lastSr;
    private long lastSrNs;
    private long reportedExpected;
    private long reportedReceived;
    private long firstSequence;

    private long firstNumber = -1;
    private long newestNumber;
    private long numbersSeen;

    /** What is heard of a viewer's joining, once. */
    interface JoinListener {
        void onJoined(long tookNs);

        void onFailed(String why);
    }

    Viewer(LoadLoop loop, Session session, Publisher publisher, boolean sampled, long postedNs, JoinListener joins) {
        this.loop = loop;
        this.tally = loop.tally();
        this.publisher = publisher;
        this.sampled = sampled;
        this.video = publisher.shape().isVideo();
        this.payloadType = video ? Offer.H264 : Offer.OPUS;
        this.ownSsrc = session.ssrc();
        this.postedNs = postedNs;
        this.joins = joins;
        this.transportCcId = session.answer().transportCcId();
        this.arrivals = transportCcId > 0 ? new Arrivals() : null;
        this.seconds = session.address() % CHECK_EACH_SECONDS;
        this.link = new Link(
                loop, loop.portOf(session.address()), session.address(), session.ice(), session.answer(), this);
    }

    @Override
    public void onDatagram(
            ByteBuffer buffer, int offset, int length, int from, int fromPort, long kernelRealNs, long nowNs) {
        if (length < LEAST_BYTES) {
            return;
        }
        int word = buffer.getInt(offset);
        if (word >>> 30 != 2) {
            link.onControl(buffer, offset, length, from, fromPort, nowNs);
            return;
        }
        if (!link.isConnected()) {
            keep(buffer, offset, length);
            return;
        }
        int type = word >>> 16 & 0xFF;
        if (type >= FIRST_RTCP && type <= LAST_RTCP) {
            onRtcp(buffer, offset, length, nowNs);
            return;
        }
        if (loop.losesOne()) {
            return;
        }
        if (arrivals != null) {
            // Repairs, probes among them, and what comes twice: the server wants to hear of each.
            noteArrival(arrivals, buffer, offset, length, kernelRealNs - loop.realOffsetNs());
        }
        if ((type & 0x7F) == payloadType) {
            onMedia(buffer, offset, length, word & 0xFFFF, kernelRealNs, nowNs);
        } else if (video && (type & 0x7F) == Offer.H264_RTX) {
            onRepair(buffer, offset, length, kernelRealNs, nowNs);
        } else {
            tally.headerErrors++;
        }
    }

    /** The server may send behind its last flight, which another thread still reads: a browser would take these in order. */
    private void keep(ByteBuffer buffer, int offset, int length) {
        if (early.size() < MOST_EARLY) {
            ByteBuffer copy = ByteBuffer.allocateDirect(length);
            early.add(copy.put(0, buffer, offset, length));
        }
    }

    private void onMedia(ByteBuffer buffer, int offset, int length, int sequence, long kernelRealNs, long nowNs) {
        int source = buffer.getInt(offset + 8);
        int timestamp = buffer.getInt(offset + 4);
        if (!started) {
            started = true;
            ssrc = source;
            highest = sequence;
            firstSequence = sequence;
            newestTimestamp = timestamp;
        } else if (source != ssrc) {
            tally.headerErrors++;
            return;
        } else if (sequence == ((int) (highest + 1) & 0xFFFF)) {
            highest++;
            if (timestamp - newestTimestamp < 0) {
                tally.headerErrors++;
            }
            newestTimestamp = timestamp;
        } else if (!onDisorder(sequence, nowNs)) {
            return;
        }
        received++;
        tally.packets++;
        tally.bytes += length;
        if (sampled || !decodable) {
            authenticate(buffer, offset, length, kernelRealNs, nowNs);
        }
    }

    /** A number that is not the next: a gap before it, or one that fills a gap; whether the packet counts. */
    private boolean onDisorder(int sequence, long nowNs) {
        int ahead = sequence - (int) highest & 0xFFFF;
        if (ahead >= HALF) {
            return fills(highest - (0x10000 - ahead));
        }
        if (ahead == 0) {
            tally.duplicates++;
            return false;
        }
        Gaps missing = gaps;
        if (missing == null) {
            missing = new Gaps();
            gaps = missing;
        }
        for (long number = highest + 1; number < highest + ahead; number++) {
            tally.gaps++;
            if (!missing.add(number, nowNs)) {
                tally.lost++;
                lost++;
            }
        }
        highest += ahead;
        loop.makeRestless(this);
        return true;
    }

    private boolean fills(long number) {
        if (gaps != null && gaps.fill(number)) {
            tally.recovered++;
            return true;
        }
        tally.duplicates++;
        return false;
    }

    private void onRepair(ByteBuffer buffer, int offset, int length, long kernelRealNs, long nowNs) {
        ByteBuffer plain = loop.plain();
        int opened = link.openRtp(buffer, offset, length, plain);
        RtpPacket packet = loop.packet();
        if (Link.isRefused(opened) || !packet.wrap(plain, 0, opened) || packet.payloadLength() < Short.BYTES) {
            tally.authenticationFailures++;
            return;
        }
        tally.repairs++;
        int original = plain.getShort(packet.payloadOffset()) & 0xFFFF;
        int behind = (int) highest - original & 0xFFFF;
        if (fills(highest - behind)) {
            received++;
            tally.packets++;
            tally.bytes += length;
            readStamp(plain, opened, kernelRealNs, nowNs);
        }
    }

    private void authenticate(ByteBuffer buffer, int offset, int length, long kernelRealNs, long nowNs) {
        ByteBuffer plain = loop.plain();
        int opened = link.openRtp(buffer, offset, length, plain);
        if (Link.isRefused(opened)) {
            tally.authenticationFailures++;
            return;
        }
        tally.authenticated++;
        if (!decodable) {
            noteKeyframe(plain, opened, nowNs);
        }
        readStamp(plain, opened, kernelRealNs, nowNs);
    }

    private void noteKeyframe(ByteBuffer plain, int length, long nowNs) {
        RtpPacket packet = loop.packet();
        PayloadInfo info = loop.payloadInfo();
        if (video
                && !(packet.wrap(plain, 0, length)
                        && PayloadParser.of(Codec.H264)
                                .parse(plain, packet.payloadOffset(), packet.payloadLength(), info)
                        && info.startsKeyframe())) {
            return;
        }
        decodable = true;
        joins.onJoined(nowNs - postedNs);
    }

    private void readStamp(ByteBuffer plain, int end, long kernelRealNs, long nowNs) {
        if (!sampled) {
            return;
        }
        if (!Stamp.isAt(plain, end)) {
            tally.foreignStamps++;
            return;
        }
        long sentNs = Stamp.sentNs(plain, end);
        if (sentNs < settledRealNs) {
            return;
        }
        long number = Stamp.number(plain, end);
        if (firstNumber < 0) {
            firstNumber = number;
            newestNumber = number;
        }
        if (number >= firstNumber) {
            numbersSeen++;
            newestNumber = Math.max(newestNumber, number);
        }
        Tally.record(tally.hop, kernelRealNs - sentNs);
        Tally.record(tally.sinceIntended, nowNs + loop.realOffsetNs() - Stamp.intendedNs(plain, end));
    }

    /** By the kernel's clock: how long this busy program takes to read it is not the network's delay. */
    private void noteArrival(Arrivals log, ByteBuffer buffer, int offset, int length, long arrivalNs) {
        RtpPacket packet = loop.packet();
        if (packet.wrap(buffer, offset, length)) {
            int at = packet.extensionOffset(transportCcId);
            if (at >= 0) {
                log.add(buffer.getShort(at) & 0xFFFF, arrivalNs);
            }
        }
    }

    private void onRtcp(ByteBuffer buffer, int offset, int length, long nowNs) {
        int opened = link.openRtcp(buffer, offset, length, loop.plain());
        if (Link.isRefused(opened)) {
            tally.authenticationFailures++;
        } else {
            lastSrNs = nowNs;
            RtcpParser.parse(loop.plain(), 0, opened, this);
        }
    }

    @Override
    public void onSenderReport(int source, long ntp, int rtpTimestamp, long packetCount, long octetCount) {
        if (source == ssrc) {
            lastSr = NtpTime.middle(ntp);
        }
    }

    @Override
    public void onTick(long nowNs) {
        if (!link.isConnected()) {
            link.onTimer(nowNs);
            return;
        }
        loop.writer().reset(loop.rtcp());
        if (gaps != null) {
            int given = gaps.giveUp(nowNs);
            tally.lost += given;
            lost += given;
            tally.nacks += gaps.ask(loop.writer(), ownSsrc, ssrc, nowNs);
        }
        if (arrivals != null && nowNs - lastFeedbackNs >= FEEDBACK_NS) {
            lastFeedbackNs = nowNs;
            arrivals.report(loop.writer(), ownSsrc, ssrc);
        }
        sendReports();
    }

    private void sendReports() {
        if (loop.writer().length() > 0) {
            link.sendRtcp(loop.rtcp(), loop.writer().length());
        }
    }

    @Override
    public boolean isRestless() {
        return !link.isClosed() && (!link.isConnected() || arrivals != null || (gaps != null && !gaps.isEmpty()));
    }

    @Override
    public void onSecond(long nowNs) {
        if (!link.isConnected()) {
            return;
        }
        if (++seconds % CHECK_EACH_SECONDS == 0) {
            link.check(nowNs);
        }
        if (started) {
            loop.writer().reset(loop.rtcp());
            loop.writer().receiverReport(ownSsrc);
            report(nowNs);
            sendReports();
        }
    }

    private void report(long nowNs) {
        long expected = highest - firstSequence + 1;
        long expectedNow = expected - reportedExpected;
        long missingNow = Math.max(0, expectedNow - (received - reportedReceived));
        reportedExpected = expected;
        reportedReceived = received;
        int fraction = expectedNow == 0 ? 0 : (int) Math.min(255, missingNow * 256 / expectedNow);
        int delay = lastSr == 0 ? 0 : (int) ((nowNs - lastSrNs) * 65_536 / 1_000_000_000L);
        loop.writer().reportBlock(ssrc, fraction, (int) (expected - received), (int) highest, 0, lastSr, delay);
    }

    @Override
    public void onConnected(long nowNs) {
        settledRealNs = nowNs + loop.realOffsetNs() + SETTLE_NS;
        publisher.watched(1);
        for (ByteBuffer datagram : early) {
            onDatagram(datagram, 0, datagram.capacity(), 0, 0, 0, nowNs);
        }
        early.clear();
    }

    @Override
    public void onClosed(String why) {
        if (!decodable) {
            joins.onFailed(why);
        } else if (!link.isClosed()) {
            loop.onLostViewer(why);
        }
        close();
    }

    void close() {
        if (link.isConnected()) {
            publisher.watched(-1);
        }
        link.close();
    }

    boolean isDecodable() {
        return decodable;
    }

    /** Packets that the publisher sent and the server left out without a gap in its own numbers; known of sampled viewers only. */
    long skipped() {
        return firstNumber < 0 ? 0 : newestNumber - firstNumber + 1 - numbersSeen;
    }

    /** Packets never received, repair or not. */
    long lost() {
        return lost;
    }
}
