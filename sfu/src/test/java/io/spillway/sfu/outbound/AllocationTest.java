package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.spillway.media.codec.Codec;
import io.spillway.media.rtcp.RtcpWriter;
import io.spillway.sfu.DropCounters;
import io.spillway.sfu.sdp.PayloadMapping;
import io.spillway.sfu.transport.MediaSink;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** In steady state a packet costs no garbage, from the layer to the transport of three viewers, one of which gets its sound redundantly. */
final class AllocationTest {

    private static final int PACKETS = 100_000;
    private static final int RED = 63;

    @Test
    void shouldAllocateNothingAPacket() {
        var world = new World();
        TestPublisher first = world.publish(TestPublisher.vp8(1));
        List<OutboundMedia> viewers = new ArrayList<>();
        var sink = new CountingSink();
        for (int i = 0; i < 3; i++) {
            var viewer = new TestViewer();
            viewer.audioPayloads = i == 0
                    ? List.of(new PayloadMapping(111, -1, RED, Codec.OPUS, 2, Map.of(), Set.of()))
                    : viewer.audioPayloads;
            viewers.add(viewer.media(world, sink, new DropCounters(), new Random(i)));
        }
        viewers.forEach(viewer -> viewer.start(world.nowNs));
        tellOfLoss(viewers.getFirst(), world.nowNs);
        play(world, first, viewers, 1_000);
        // The second publisher's picture numbers are rewritten: the longest way through.
        TestPublisher publisher = TestPublisher.vp8(2);
        publisher.groupFrames = 30;
        publisher.paddingShare = 0.01;
        publisher.lateShare = 0;
        world.publish(publisher);
        play(world, publisher, viewers, 30_000);

        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long packetsBefore = sink.packets;
        long redundantBefore = sink.redundantPackets;
        long before = threads.getCurrentThreadAllocatedBytes();
        play(world, publisher, viewers, PACKETS);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        assertTrue(sink.packets - packetsBefore >= 3 * PACKETS);
        assertTrue(sink.redundantPackets - redundantBefore > PACKETS / 20, "sound is redundant");
        // Some bytes are the compiler at work, not the packets.
        assertTrue(allocated < PACKETS / 100, allocated + " bytes for " + (sink.packets - packetsBefore) + " packets");
    }

    private static void tellOfLoss(OutboundMedia viewer, long nowNs) {
        ByteBuffer report = ByteBuffer.allocate(100);
        var writer = new RtcpWriter();
        writer.reset(report);
        writer.receiverReport(7);
        writer.reportBlock(TestViewer.AUDIO_SSRC, 255, 0, 0, 0, 0, 0);
        viewer.onRtcp(report, 0, writer.length(), nowNs);
    }

    private static void play(World world, TestPublisher publisher, List<OutboundMedia> viewers, int packets) {
        long until = publisher.videoSequence + packets;
        while (publisher.videoSequence < until) {
            world.nowNs += World.MS;
            publisher.tick(world.nowNs);
            for (int i = 0; i < viewers.size(); i++) {
                OutboundMedia viewer = viewers.get(i);
                while (viewer.nextDeadlineNs() <= world.nowNs) {
                    viewer.onTimeout(world.nowNs);
                }
            }
        }
    }

    private static final class CountingSink implements MediaSink {

        private long packets;
        private long redundantPackets;

        @Override
        public boolean sendRtp(
                ByteBuffer head,
                int headLength,
                int rtpHeaderLength,
                ByteBuffer payload,
                int payloadOffset,
                int payloadLength,
                long nowNs) {
            packets++;
            redundantPackets += (head.get(1) & 0x7F) == RED ? 1 : 0;
            return true;
        }

        @Override
        public boolean sendRtcp(ByteBuffer packet, int length, long nowNs) {
            return true;
        }
    }
}
