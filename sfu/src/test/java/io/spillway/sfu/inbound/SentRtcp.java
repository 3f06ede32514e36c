package io.spillway.sfu.inbound;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.rtcp.RtcpParser;
import io.spillway.media.rtcp.RtcpVisitor;
import io.spillway.sfu.transport.MediaSink;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** What was sent to the publisher, each datagram parsed and written down: the other end of the wire. */
final class SentRtcp implements MediaSink {

    /** One datagram: when, and the packets in it by kind, in order. */
    record Datagram(long nowNs, List<String> kinds) {}

    /** A report block as it was sent. */
    record Block(long nowNs, int ssrc, int fraction, int cumulative, int highest, long jitter, int lsr, int dlsr) {}

    final List<Datagram> datagrams = new ArrayList<>();
    final List<Block> blocks = new ArrayList<>();
    final List<Long> rembBps = new ArrayList<>();
    final List<Integer> feedbackCounts = new ArrayList<>();
    final List<Integer> intraRequests = new ArrayList<>();
    final List<Integer> pictureLosses = new ArrayList<>();

    /** Transport-wide sequence number to arrival in 250 µs ticks, -1 for lost. */
    final Map<Integer, Integer> arrivalTicks = new TreeMap<>();

    /** Sequence numbers asked for, with how often. */
    final Map<Integer, Integer> nacks = new TreeMap<>();

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

    /** The last datagram's memory, and how much of it was lent. */
    ByteBuffer lent = ByteBuffer.allocate(0);

    int lentBytes;

    @Override
    public boolean sendRtcp(ByteBuffer packet, int length, long nowNs) {
        lent = packet;
        lentBytes = length;
        Datagram datagram = new Datagram(nowNs, new ArrayList<>());
        assertTrue(RtcpParser.parse(packet, 0, length, new Reader(datagram)), "what we send is well-formed");
        datagrams.add(datagram);
        return true;
    }

    /** Datagrams that contain a packet of this kind. */
    List<Datagram> with(String kind) {
        return datagrams.stream().filter(d -> d.kinds().contains(kind)).toList();
    }

    List<Long> timesMs(String kind) {
        return with(kind).stream().map(d -> d.nowNs() / 1_000_000).toList();
    }

    private final class Reader implements RtcpVisitor {

        private final Datagram datagram;
        private final TreeSet<String> nacked = new TreeSet<>();

        Reader(Datagram datagram) {
            this.datagram = datagram;
        }

        @Override
        public void onReceiverReport(int ssrc) {
            datagram.kinds().add("RR");
        }

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
            blocks.add(new Block(
                    datagram.nowNs(),
                    ssrc,
                    fractionLost,
                    cumulativeLost,
                    highestSequence,
                    jitterTicks,
                    lastSr,
                    delaySinceLastSr));
        }

        @Override
        public void onCanonicalName(int ssrc, ByteBuffer buffer, int offset, int length) {
            datagram.kinds().add("SDES");
        }

        @Override
        public void onNack(int senderSsrc, int mediaSsrc, int sequence) {
            if (nacked.isEmpty()) {
                datagram.kinds().add("NACK");
            }
            nacked.add(Integer.toString(sequence));
            nacks.merge(sequence, 1, Integer::sum);
        }

        @Override
        public void onPictureLoss(int senderSsrc, int mediaSsrc) {
            datagram.kinds().add("PLI");
            pictureLosses.add(mediaSsrc);
        }

        @Override
        public void onFullIntraRequest(int senderSsrc, int mediaSsrc, int sequenceNumber) {
            datagram.kinds().add("FIR");
            intraRequests.add(sequenceNumber);
        }

        @Override
        public void onRemb(int senderSsrc, long bitrateBps, ByteBuffer buffer, int ssrcsOffset, int ssrcCount) {
            datagram.kinds().add("REMB");
            rembBps.add(bitrateBps);
        }

        @Override
        public void onTransportFeedback(
                int senderSsrc, int mediaSsrc, int baseSequence, int statusCount, int feedbackCount) {
            datagram.kinds().add("TWCC");
            feedbackCounts.add(feedbackCount);
        }

        @Override
        public void onTransportPacketReceived(int sequence, int ticks) {
            arrivalTicks.put(sequence, ticks);
        }

        @Override
        public void onTransportPacketLost(int sequence) {
            arrivalTicks.put(sequence, -1);
        }
    }
}
