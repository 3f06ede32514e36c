package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.rtcp.RtcpWriter;
import io.spillway.media.rtp.RedPayload;
import io.spillway.media.rtp.RtpHeaderWriter;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.peer.Peer;
import io.spillway.testkit.Link;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sound over paths that lose packets: how much of it never comes, with redundancy (RFC 2198) and without, toward a viewer and from a publisher (R21). */
final class SoundUnderLossTest {

    private static final int PACKET_MS = 20;
    private static final int PLAYED_MS = 60_000;

    /** The loss must be told of first. */
    private static final int LEARNT_MS = 3_000;

    private static final int OPUS = 111;
    private static final int RED = 63;
    private static final int PAYLOAD_BYTES = 80;

    private static final List<String> PLAIN =
            List.of("m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=rtpmap:111 opus/48000/2", "a=fmtp:111 useinbandfec=1");

    private static final List<String> REDUNDANT = List.of(
            "m=audio 9 UDP/TLS/RTP/SAVPF 111 63",
            "a=rtpmap:111 opus/48000/2",
            "a=fmtp:111 useinbandfec=1",
            "a=rtpmap:63 red/48000/2",
            "a=fmtp:63 111/111");

    private final World world = new World(11);

    /** At a round trip of 200 ms; what never came, in thousandths. */
    @ParameterizedTest
    @CsvSource({"10, false, 80, 120", "10, true, 0, 5", "2, false, 10, 30", "2, true, 0, 2"})
    void shouldMissLittleToward(int percent, boolean redundant, int least, int most) throws Rejected {
        Sender sender = new Sender(false);
        join(sender.peer(), "10.2.0.1", Link.ofDelayMs(5), Link.ofDelayMs(5));
        Receiver receiver = new Receiver(redundant ? REDUNDANT : PLAIN);
        join(
                receiver.peer(),
                "10.2.0.2",
                Link.ofDelayMs(100),
                Link.ofDelayMs(100).withLoss(percent / 100.0));
        play(sender, receiver);

        assertTrue(receiver.missing() >= least && receiver.missing() <= most, receiver.toString());
    }

    @Test
    void shouldTakeAPublishersLossOutOfItsRedundancy() throws Rejected {
        Sender sender = new Sender(true);
        join(sender.peer(), "10.2.0.1", Link.ofDelayMs(100).withLoss(0.1), Link.ofDelayMs(100));
        Receiver receiver = new Receiver(PLAIN);
        join(receiver.peer(), "10.2.0.2", Link.ofDelayMs(5), Link.ofDelayMs(5));
        play(sender, receiver);

        assertTrue(receiver.missing() <= 20, receiver.toString());
        assertEquals(0, receiver.redundantPackets, "its viewer did not agree to any");
    }

    private void join(Peer peer, String host, Link up, Link down) {
        InetSocketAddress address = address(host);
        world.net.attach(address, peer);
        assertTrue(world.net.runUntil(peer::isConnected, 5_000), "connected");
        world.net.advanceMs(200);
        world.net.link(address, World.SERVER, up);
        world.net.link(World.SERVER, address, down);
    }

    private void play(Sender sender, Receiver receiver) {
        for (int atMs = 0; atMs < PLAYED_MS; atMs += PACKET_MS) {
            sender.send();
            world.net.advanceMs(PACKET_MS);
            if (atMs == LEARNT_MS) {
                receiver.countFrom = sender.count;
            }
            if (atMs % 1_000 == 0) {
                receiver.report();
            }
        }
        receiver.countTo = sender.count;
        // What is under way comes.
        world.net.advanceMs(500);
    }

    private static InetSocketAddress address(String host) {
        return new InetSocketAddress(World.address(host), 40_000);
    }

    /** 50 packets a second, each with its number; with redundancy the one before too, as Chromium sends it. */
    private final class Sender implements Peer.Listener {

        private final boolean redundant;
        private final Negotiated negotiated;
        private final RtpHeaderWriter header = new RtpHeaderWriter();
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(1_500);
        private int count;

        Sender(boolean redundant) throws Rejected {
            this.redundant = redundant;
            InetSocketAddress address = address("10.2.0.1");
            this.negotiated = Negotiated.by(world, true, () -> address, redundant ? REDUNDANT : PLAIN, this);
        }

        Peer peer() {
            return negotiated.peer();
        }

        void send() {
            header.begin(buffer, 0, redundant ? RED : OPUS, false, count & 0xFFFF, count * 960, 5);
            int headerLength = header.finish();
            int at = headerLength;
            if (redundant) {
                if (count > 0) {
                    RedPayload.writeBlockHeader(buffer, at, OPUS, 960, PAYLOAD_BYTES);
                    at += RedPayload.BLOCK_HEADER_BYTES;
                }
                RedPayload.writeOwnHeader(buffer, at++, OPUS);
                at = count > 0 ? put(at, count - 1) : at;
            }
            at = put(at, count++);
            peer().sendRtp(buffer, headerLength, at, world.nowNs());
        }

        private int put(int at, int number) {
            buffer.put(at, (byte) 0x78);
            buffer.putInt(at + 1, number);
            return at + PAYLOAD_BYTES;
        }
    }

    /** Notes which numbers came, first or again, and reports each second what it lost. */
    private final class Receiver implements Peer.Listener {

        private final Negotiated negotiated;
        private final RtpPacket packet = new RtpPacket();
        private final RedPayload red = new RedPayload();
        private final RtcpWriter writer = new RtcpWriter();
        private final ByteBuffer rtcp = ByteBuffer.allocateDirect(500);
        private final Map<Integer, Long> cameNs = new HashMap<>();
        private final List<Integer> sequences = new ArrayList<>();
        private int countFrom;
        private int countTo;
        private int ssrc;
        private long bytes;
        private long redundantPackets;

        Receiver(List<String> media) throws Rejected {
            InetSocketAddress address = address("10.2.0.2");
            this.negotiated = Negotiated.by(world, false, () -> address, media, this);
        }

        Peer peer() {
            return negotiated.peer();
        }

        @Override
        public void onRtp(ByteBuffer plain, int offset, int length, long nowNs) {
            assertTrue(packet.wrap(plain, offset, length));
            ssrc = packet.ssrc();
            bytes += length;
            sequences.add(packet.sequence());
            if (packet.payloadType() == OPUS) {
                note(plain, packet.payloadOffset(), nowNs);
                return;
            }
            assertEquals(RED, packet.payloadType());
            redundantPackets++;
            assertTrue(red.wrap(plain, packet.payloadOffset(), packet.payloadLength()));
            for (int i = 0; i < red.count(); i++) {
                note(plain, red.offsetAt(i), nowNs);
            }
            note(plain, red.ownOffset(), nowNs);
        }

        private void note(ByteBuffer plain, int at, long nowNs) {
            cameNs.putIfAbsent(plain.getInt(at + 1), nowNs);
        }

        void report() {
            if (sequences.size() < 2) {
                return;
            }
            int expected = ((sequences.getLast() - sequences.getFirst()) & 0xFFFF) + 1;
            int lost = Math.max(0, expected - sequences.size());
            int fraction = lost * 256 / expected;
            sequences.clear();
            writer.reset(rtcp);
            writer.receiverReport(1);
            writer.reportBlock(ssrc, fraction, 0, 0, 0, 0, 0);
            peer().sendRtcp(rtcp, writer.length(), world.nowNs());
        }

        /** Of a thousand packets of sound, how many never came. */
        long missing() {
            long missing = 0;
            for (int number = countFrom; number < countTo; number++) {
                missing += cameNs.containsKey(number) ? 0 : 1;
            }
            return 1_000 * missing / (countTo - countFrom);
        }

        @Override
        public String toString() {
            return missing() + " of 1000 missing, " + bytes * 8 / (PLAYED_MS / 1_000) + " bit/s, " + redundantPackets
                    + " redundant packets";
        }
    }
}
