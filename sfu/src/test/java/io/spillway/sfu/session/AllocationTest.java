package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.spillway.media.rtcp.RtcpWriter;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.media.rtp.SequenceUnwrapper;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.loop.ImmediateSink;
import io.spillway.sfu.loop.LoopAgent;
import io.spillway.sfu.peer.Peer;
import io.spillway.sfu.srtp.SrtpProvider;
import io.spillway.sfu.srtp.openssl.OpenSslSrtp;
import io.spillway.testkit.Link;
import io.spillway.testkit.SimNet;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The whole chain in steady state, from a sealed datagram of the publisher's to the sealed datagrams of three viewers: loss on both sides, repair by
 * plain resends and RTX, reports and keyframe requests. Nothing is allocated a packet.
 */
class AllocationTest {

    private static final int WARM_UP_FRAMES = 40_000;
    private static final int FRAMES_A_ROUND = 5_000;

    /** The JVM compiles late and links a class or two late; what allocates a packet shows in every round. */
    private static final int ROUNDS = 8;

    /** A turn of timers may list the sessions, some hundred times a second; it does nothing for each packet. */
    private static final int MAX_BYTES_A_WAKE = 64;

    private static final int GROUP_FRAMES = 60;

    private final World world;
    private final Meter meter;
    private final List<Watcher> watchers = new ArrayList<>();

    AllocationTest() {
        SrtpProvider srtp = OpenSslSrtp.load()
                .orElseThrow(() -> new AssertionError(
                        "libcrypto is missing: install libssl3, or what your system calls OpenSSL 3"));
        world = new World(40, World.settings(true, 64, 32), srtp, 1);
        meter = new Meter(world.out);
        world.out = meter;
        world.net.detach(World.SERVER);
        world.net.attach(World.SERVER, meter);
    }

    @Test
    void shouldAllocateNothingAPacketFromThePublishersDatagramToTheViewers() throws Rejected {
        Client publisher = world.publisher();
        world.play(publisher, 10, GROUP_FRAMES);
        for (int i = 1; i <= 3; i++) {
            watchers.add(new Watcher(new InetSocketAddress(World.address("10.2.0." + i), 40_000)));
        }
        Link lossy = Link.ofDelayMs(10).withLoss(0.01);
        world.net.link(publisher.address(), World.SERVER, lossy);
        watchers.forEach(watcher -> world.net.link(World.SERVER, watcher.address, lossy));
        send(publisher, WARM_UP_FRAMES);

        long inMedia = Long.MAX_VALUE;
        long inTimers = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS && inMedia > 0; round++) {
            meter.reset();
            send(publisher, FRAMES_A_ROUND);
            inMedia = Math.min(inMedia, meter.inMedia);
            inTimers = Math.min(inTimers, meter.inTimers);
        }

        assertEquals(0, inMedia, "bytes for " + meter.datagramsIn + " datagrams in and " + meter.datagramsOut + " out");
        assertTrue(
                inTimers <= meter.wakes * MAX_BYTES_A_WAKE,
                inTimers + " bytes for " + meter.wakes + " turns of timers");
        assertTrue(meter.datagramsIn >= FRAMES_A_ROUND && meter.datagramsOut >= 3 * FRAMES_A_ROUND);
        assertTrue(publisher.nacksAnswered() > 100, "the publisher's losses were repaired");
        for (Watcher watcher : watchers) {
            assertTrue(watcher.rtx > 100, "the viewer's losses were repaired");
            assertTrue(watcher.rtp > WARM_UP_FRAMES);
        }
    }

    /** A picture a millisecond, so that a burst, a timer and RTCP fall between all of them. */
    private void send(Client publisher, int frames) {
        for (int i = 0; i < frames; i++) {
            publisher.sendFrame(publisher.framesSent() % GROUP_FRAMES == 0);
            world.net.advanceMs(1);
            if (i % 1_000 == 999) {
                watchers.forEach(Watcher::report);
            }
        }
    }

    /** The server's port, whose allocations are counted; what the simulated network allocates for its datagrams is not. */
    private final class Meter implements SimNet.Node, World.Out {

        private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        private final World.Out network;
        private final LoopAgent agent = world.agent(0);
        private long ofNetwork;
        long inMedia;
        long inTimers;
        long datagramsIn;
        long datagramsOut;
        long wakes;

        Meter(World.Out network) {
            this.network = network;
        }

        void reset() {
            inMedia = 0;
            inTimers = 0;
            datagramsIn = 0;
            datagramsOut = 0;
            wakes = 0;
        }

        @Override
        public void onDatagram(ByteBuffer datagram, InetSocketAddress from, long nowNs) {
            // RFC 7983: the rest is STUN and DTLS, some a session.
            boolean media = (datagram.get(0) & 0xFF) >= 128;
            InetSocketAddress seen = ImmediateSink.own(from);
            world.loops.turn(0, () -> {
                long beforeNetwork = ofNetwork;
                long before = threads.getCurrentThreadAllocatedBytes();
                agent.onDatagram(datagram, 0, datagram.limit(), seen, nowNs);
                agent.onBurstEnd(nowNs);
                long allocated = threads.getCurrentThreadAllocatedBytes() - before - (ofNetwork - beforeNetwork);
                inMedia += media ? allocated : 0;
                datagramsIn += media ? 1 : 0;
            });
        }

        @Override
        public void send(ByteBuffer buffer, int offset, int length, InetSocketAddress to) {
            long before = threads.getCurrentThreadAllocatedBytes();
            network.send(buffer, offset, length, to);
            ofNetwork += threads.getCurrentThreadAllocatedBytes() - before;
            datagramsOut++;
        }

        @Override
        public long nextDeadlineNs() {
            return agent.nextDeadlineNs();
        }

        @Override
        public void onTimeout(long nowNs) {
            world.loops.turn(0, () -> {
                long beforeNetwork = ofNetwork;
                long before = threads.getCurrentThreadAllocatedBytes();
                agent.onTimeout(nowNs);
                inTimers += threads.getCurrentThreadAllocatedBytes() - before - (ofNetwork - beforeNetwork);
                wakes++;
            });
        }
    }

    /** A viewer who asks for what it misses, and reports. */
    private final class Watcher implements Peer.Listener {

        private static final int VP8 = 96;

        final InetSocketAddress address;
        private final Peer peer;
        private final RtpPacket packet = new RtpPacket();
        private final RtcpWriter writer = new RtcpWriter();
        private final ByteBuffer rtcp = ByteBuffer.allocateDirect(1_500);
        private final SequenceUnwrapper sequences = new SequenceUnwrapper();
        private final long[] missing = new long[64];
        private long highest = -1;
        private int ssrc;
        int rtp;
        int rtx;

        Watcher(InetSocketAddress address) throws Rejected {
            this.address = address;
            this.peer = Negotiated.by(world, false, () -> address, Client.CODECS, this)
                    .peer();
            world.net.attach(address, peer);
            assertTrue(world.net.runUntil(peer::isConnected, 5_000));
        }

        @Override
        public void onRtp(ByteBuffer plain, int offset, int length, long nowNs) {
            assertTrue(packet.wrap(plain, offset, length));
            if (packet.payloadType() != VP8) {
                rtx++;
                return;
            }
            rtp++;
            ssrc = packet.ssrc();
            long sequence = sequences.unwrap(packet.sequence());
            if (highest >= 0 && sequence > highest + 1) {
                int count = (int) Math.min(missing.length, sequence - highest - 1);
                for (int i = 0; i < count; i++) {
                    missing[i] = highest + 1 + i;
                }
                writer.reset(rtcp);
                writer.nack(7, ssrc, missing, 0, count);
                peer.sendRtcp(rtcp, writer.length(), nowNs);
            }
            highest = Math.max(highest, sequence);
        }

        void report() {
            writer.reset(rtcp);
            writer.pictureLoss(7, ssrc);
            peer.sendRtcp(rtcp, writer.length(), world.net.nowNs());
        }
    }
}
