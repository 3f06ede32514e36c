package io.spillway.bench.load;

import io.spillway.media.rtcp.RtcpParser;
import io.spillway.media.rtcp.RtcpVisitor;
import io.spillway.media.rtp.RtpHeaderWriter;
import io.spillway.media.time.NtpTime;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** One publisher: sends its shape's frames at their intended times whatever comes back, answers NACKs, reports. Loop thread only. */
final class Publisher implements Source, Peer, Link.Listener, RtcpVisitor {

    private static final int KEPT = 2_048;
    private static final int SLOT_BYTES = 1_536;
    private static final int CHECK_EACH_SECONDS = 5;
    private static final byte[] CNAME = "bench".getBytes(StandardCharsets.US_ASCII);

    private final LoadLoop loop;
    private final Shape shape;
    private final Session session;
    private final Link link;
    private final Runnable connected;
    private final RtpHeaderWriter header = new RtpHeaderWriter();
    private final ByteBuffer packet = ByteBuffer.allocateDirect(SLOT_BYTES);

    /** Sealed packets by sequence number: a resend repeats the bytes, as an AEAD demands. */
    private final ByteBuffer kept = ByteBuffer.allocateDirect(KEPT * SLOT_BYTES);

    private final int[] keptLengths = new int[KEPT];
    private final int firstTimestamp;
    private int sequence;
    private int transportSequence;
    private long frame;
    private long startNs;
    private boolean running;
    private boolean paused;
    private long number;
    private long octets;
    private int viewers;
    private int seconds;

    Publisher(LoadLoop loop, Session session, Shape shape, Runnable connected) {
        this.loop = loop;
        this.shape = shape;
        this.session = session;
        this.connected = connected;
        this.sequence = loop.random().nextInt(HALF_SPACE);
        this.firstTimestamp = loop.random().nextInt();
        this.link = new Link(
                loop, loop.portOf(session.address()), session.address(), session.ice(), session.answer(), this);
    }

    /** First numbers lie in the lower half, so that none wraps before the server has seen a few. */
    private static final int HALF_SPACE = 0x8000;

    Shape shape() {
        return shape;
    }

    Session session() {
        return session;
    }

    /** Counts its connected viewers. */
    void watched(int more) {
        viewers += more;
    }

    /** Begins at a time. */
    void start(long atNs) {
        startNs = atNs;
        running = true;
    }

    /** Whether it sends: false before its start, and for good once the server has ended it. */
    boolean isRunning() {
        return running;
    }

    /** Leaves frames out, or sends them again; the schedule goes on. */
    void pause(boolean on) {
        paused = on;
    }

    @Override
    public long nextFrameNs() {
        return running ? startNs + frame * shape.intervalNs() : Long.MAX_VALUE;
    }

    @Override
    public void sendFrame() {
        long intendedNs = nextFrameNs() + loop.realOffsetNs();
        if (!paused) {
            int packets = shape.packets(frame);
            for (int i = 0; i < packets; i++) {
                send(i, i == packets - 1, intendedNs);
            }
            loop.tally().sent += packets;
            loop.tally().expected += (long) packets * viewers;
        }
        frame++;
    }

    private void send(int i, boolean last, long intendedNs) {
        int payloadType = shape.isVideo() ? Offer.H264 : Offer.OPUS;
        int timestamp = firstTimestamp + (int) (frame * shape.ticks());
        header.begin(packet, 0, payloadType, last, sequence, timestamp, session.ssrc());
        if (session.answer().transportCcId() > 0) {
            header.extension(session.answer().transportCcId(), transportSequence, Short.BYTES);
            transportSequence = (transportSequence + 1) & 0xFFFF;
        }
        int headerLength = header.finish();
        int length = headerLength + shape.write(frame, i, packet, headerLength);
        long sentNs = loop.realNowNs();
        Stamp.write(packet, length, number++, intendedNs, sentNs);
        Tally.record(loop.tally().lateness, sentNs - intendedNs);
        ByteBuffer sending = loop.portOf(session.address()).sendBuffer();
        int slot = loop.portOf(session.address()).slot();
        int sealed = link.sendRtp(packet, headerLength, length);
        if (sealed > 0) {
            int at = sequence % KEPT;
            kept.put(at * SLOT_BYTES, sending, slot, sealed);
            keptLengths[at] = sealed;
            octets += length - headerLength;
        }
        sequence = (sequence + 1) & 0xFFFF;
    }

    @Override
    public void onDatagram(
            ByteBuffer buffer, int offset, int length, int from, int fromPort, long kernelRealNs, long nowNs) {
        if (length < 1) {
            return;
        }
        if ((buffer.get(offset) & 0xC0) != 0x80) {
            link.onControl(buffer, offset, length, from, fromPort, nowNs);
            return;
        }
        int opened = link.openRtcp(buffer, offset, length, loop.plain());
        if (Link.isRefused(opened)) {
            loop.tally().authenticationFailures++;
        } else {
            RtcpParser.parse(loop.plain(), 0, opened, this);
        }
    }

    @Override
    public void onNack(int senderSsrc, int mediaSsrc, int lost) {
        int at = lost % KEPT;
        int length = keptLengths[at];
        if (length > 0 && (kept.getShort(at * SLOT_BYTES + 2) & 0xFFFF) == lost) {
            loop.tally().resentByPublishers++;
            link.send(kept, at * SLOT_BYTES, length);
        }
    }

    @Override
    public void onPictureLoss(int senderSsrc, int mediaSsrc) {
        // An open-loop schedule makes no keyframe on request: the next comes within one group.
        loop.tally().pictureLossesAsked++;
    }

    @Override
    public void onTick(long nowNs) {
        link.onTimer(nowNs);
    }

    @Override
    public boolean isRestless() {
        return !link.isClosed() && !link.isConnected();
    }

    @Override
    public void onSecond(long nowNs) {
        if (!link.isConnected()) {
            return;
        }
        if (++seconds % CHECK_EACH_SECONDS == 0) {
            link.check(nowNs);
        }
        if (running) {
            long realNs = nowNs + loop.realOffsetNs();
            double frames = (nowNs - startNs) / (double) shape.intervalNs();
            loop.writer().reset(loop.rtcp());
            loop.writer()
                    .senderReport(
                            session.ssrc(),
                            NtpTime.fromUnixNs(realNs),
                            firstTimestamp + (int) (long) (frames * shape.ticks()),
                            number,
                            octets);
            loop.writer().canonicalName(session.ssrc(), CNAME);
            link.sendRtcp(loop.rtcp(), loop.writer().length());
        }
    }

    @Override
    public void onConnected(long nowNs) {
        connected.run();
    }

    @Override
    public void onClosed(String why) {
        running = false;
        loop.onLostPublisher(why);
        link.close();
    }

    void close() {
        running = false;
        link.close();
    }
}
