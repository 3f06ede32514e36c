package io.spillway.sfu.inbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.MediaKind;
import io.spillway.media.live.Layer;
import io.spillway.media.live.StoredPacket;
import io.spillway.media.rtcp.RtcpParser;
import io.spillway.media.rtcp.RtcpVisitor;
import io.spillway.media.rtp.RtpHeaderWriter;
import io.spillway.sfu.DropCounters;
import io.spillway.sfu.sdp.AgreedMedia;
import io.spillway.sfu.transport.MediaSink;
import io.spillway.testkit.Link;
import io.spillway.testkit.Seeds;
import io.spillway.testkit.SimNet;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;

/** A publisher that answers NACK and PLI, and our receiver, over a seeded network that loses and reorders both ways. */
class LossyNetworkTest {

    private static final long MS = 1_000_000L;
    private static final InetSocketAddress PUBLISHER = InetSocketAddress.createUnresolved("publisher", 1);
    private static final InetSocketAddress SERVER = InetSocketAddress.createUnresolved("server", 2);
    private static final int PACKETS = 3_000;

    /** Packets sent at the very end cannot show their loss: nothing comes after them. */
    private static final int SETTLED = PACKETS - 10;

    private final RtpHeaderWriter header = new RtpHeaderWriter();

    @Seeds(10)
    void shouldRepairAllButNothingAtFivePercentLoss(long seed) {
        Receiver receiver = run(seed, Link.ofDelayMs(25).withLoss(0.05), World.BROWSER_VIDEO);
        assertEquals(0, receiver.missing());
        assertTrue(receiver.medianRepairMs() <= 60, "a round trip and little more: " + receiver.medianRepairMs());
        assertTrue(receiver.rtcpDatagrams < PACKETS / 4);
    }

    @Seeds(10)
    void shouldRepairNearlyAllAtTwentyPercentLoss(long seed) {
        Receiver receiver = run(seed, Link.ofDelayMs(25).withLoss(0.2), World.BROWSER_VIDEO);
        assertTrue(receiver.missing() <= PACKETS / 1000, receiver.missing() + " are missing");
    }

    /** O6: the same without RTX, on the original SSRC. */
    @Seeds(10)
    void shouldRepairOnTheOriginalSsrc(long seed) {
        Receiver receiver = run(seed, Link.ofDelayMs(25).withLoss(0.05), World.OBS_VIDEO);
        assertEquals(0, receiver.missing());
    }

    /** R16: packets held back by up to 3 ms are not asked for. */
    @Seeds(10)
    void shouldNotAskForWhatIsOnlyReordered(long seed) {
        Receiver receiver = run(seed, Link.ofDelayMs(1).withReordering(0.05), World.BROWSER_VIDEO);
        assertEquals(0, receiver.missing());
        assertEquals(0, receiver.publisher.resent, "copies sent for nothing");
    }

    private Receiver run(long seed, Link link, AgreedMedia agreed) {
        SimNet net = new SimNet(seed);
        net.defaultLink(link);
        Publisher publisher = new Publisher(net, agreed.sources().getFirst().rtxSsrc() != 0);
        Receiver receiver = new Receiver(net, publisher, agreed);
        net.attach(PUBLISHER, publisher);
        net.attach(SERVER, receiver);
        net.advanceMs(3L * PACKETS + 3_000);
        assertEquals(PACKETS, publisher.next);
        return receiver;
    }

    /** Sends a packet every 3 ms, a keyframe at first and when asked; keeps what it sent. */
    private final class Publisher implements SimNet.Node, RtcpVisitor {

        private final SimNet net;
        private final boolean rtx;
        private final ByteBuffer bytes = ByteBuffer.allocate(200);
        private int next;
        private int rtxSequence;
        private int resent;
        private boolean keyframeWanted = true;

        Publisher(SimNet net, boolean rtx) {
            this.net = net;
            this.rtx = rtx;
        }

        @Override
        public long nextDeadlineNs() {
            return next < PACKETS ? SimNet.START_NS + next * 3L * MS : SimNet.NEVER;
        }

        @Override
        public void onTimeout(long nowNs) {
            byte nal = keyframeWanted ? World.KEY[0] : World.DELTA[0];
            keyframeWanted = false;
            send(World.VIDEO_PT, World.VIDEO_SSRC, next, next, false, nal);
            next++;
        }

        @Override
        public void onDatagram(ByteBuffer datagram, InetSocketAddress from, long nowNs) {
            assertTrue(RtcpParser.parse(datagram, 0, datagram.limit(), this));
        }

        @Override
        public void onNack(int senderSsrc, int mediaSsrc, int sequence) {
            resent++;
            // Sequence numbers begin at 65000, so that every run wraps.
            int index = (sequence - 65_000) & 0xFFFF;
            if (rtx) {
                send(World.RTX_PT, World.RTX_SSRC, rtxSequence++ - 65_000, index, true, World.DELTA[0]);
            } else {
                send(World.VIDEO_PT, World.VIDEO_SSRC, index, index, false, World.DELTA[0]);
            }
        }

        @Override
        public void onPictureLoss(int senderSsrc, int mediaSsrc) {
            keyframeWanted = true;
        }

        private void send(int payloadType, int ssrc, int seq, int index, boolean osn, byte nal) {
            header.begin(bytes, 0, payloadType, true, (65_000 + seq) & 0xFFFF, index * 270, ssrc);
            int at = header.finish();
            if (osn) {
                bytes.putShort(at, (short) (65_000 + index));
                at += 2;
            }
            bytes.put(at, nal).put(at + 1, (byte) 0x9A);
            net.send(PUBLISHER, SERVER, bytes, 0, at + 50);
        }
    }

    private static final class Receiver implements SimNet.Node, MediaSink {

        private final SimNet net;
        private final Publisher publisher;
        private final InboundMedia media;
        private int rtcpDatagrams;

        Receiver(SimNet net, Publisher publisher, AgreedMedia agreed) {
            this.net = net;
            this.publisher = publisher;
            this.media = new InboundMedia(
                    List.of(agreed),
                    new InboundConfig("spillway", 1, InboundConfig.DEFAULT_MAX_BITRATE_BPS),
                    Instant.EPOCH,
                    "test",
                    this,
                    new DropCounters());
        }

        @Override
        public void onDatagram(ByteBuffer datagram, InetSocketAddress from, long nowNs) {
            media.onRtp(datagram, 0, datagram.limit(), nowNs);
            media.onBurstEnd(nowNs);
        }

        @Override
        public long nextDeadlineNs() {
            return media.nextDeadlineNs();
        }

        @Override
        public void onTimeout(long nowNs) {
            media.onTimeout(nowNs);
        }

        @Override
        public boolean sendRtp(
                ByteBuffer head,
                int headLength,
                int rtpHeaderLength,
                ByteBuffer payload,
                int payloadOffset,
                int payloadLength,
                long nowNs) {
            throw new AssertionError("a publisher gets no media");
        }

        @Override
        public boolean sendRtcp(ByteBuffer packet, int length, long nowNs) {
            rtcpDatagrams++;
            net.send(SERVER, PUBLISHER, packet, 0, length);
            return true;
        }

        private Layer layer() {
            return media.publication()
                    .track(MediaKind.VIDEO)
                    .orElseThrow()
                    .layers()
                    .getFirst();
        }

        /** Packets that never came, but for the first ones, whose loss nothing shows. */
        int missing() {
            long first = firstKept();
            int missing = 0;
            for (long extSeq = first; extSeq < (1 << 16) + 65_000 + SETTLED; extSeq++) {
                missing += layer().history().contains(extSeq) ? 0 : 1;
            }
            return missing;
        }

        /** From when a packet should have come to when it came, of those that came late. */
        long medianRepairMs() {
            StoredPacket packet = new StoredPacket();
            long[] delays = LongStream.range(firstKept(), (1 << 16) + 65_000 + SETTLED)
                    .filter(extSeq -> layer().history().find(extSeq, packet) && packet.isLate())
                    .map(extSeq -> {
                        assertTrue(layer().history().find(extSeq, packet));
                        long index = extSeq - (1 << 16) - 65_000;
                        return (packet.arrivalNs() - SimNet.START_NS - 25 * MS) / MS - 3L * index;
                    })
                    .sorted()
                    .toArray();
            return delays[delays.length / 2];
        }

        private long firstKept() {
            long first = (1 << 16) + 65_000;
            while (!layer().history().contains(first)) {
                first++;
            }
            return first;
        }
    }
}
