package io.spillway.media;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.spillway.media.codec.Codec;
import io.spillway.media.codec.DependencyDescriptor;
import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.codec.PayloadParser;
import io.spillway.media.rtcp.ArrivalTimes;
import io.spillway.media.rtcp.RtcpParser;
import io.spillway.media.rtcp.RtcpVisitor;
import io.spillway.media.rtcp.RtcpWriter;
import io.spillway.media.rtp.RtpHeaderWriter;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.media.rtp.Rtx;
import io.spillway.media.rtp.SequenceUnwrapper;
import io.spillway.media.rtp.TimestampUnwrapper;
import io.spillway.testkit.Hex;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/** What every packet passes through allocates nothing once warm. */
class SteadyStateAllocationTest {

    private static final int PACKETS = 100_000;

    /** The first rounds may load classes and compile; what allocates a packet shows in every round. */
    private static final int ROUNDS = 5;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private void assertAllocatesNothing(IntConsumer packet) {
        long leastBytes = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS && leastBytes > 0; round++) {
            long beforeBytes = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < PACKETS; i++) {
                packet.accept(i);
            }
            leastBytes = Math.min(leastBytes, threads.getCurrentThreadAllocatedBytes() - beforeBytes);
        }
        assertEquals(0, leastBytes, "bytes allocated for " + PACKETS + " packets");
    }

    @Test
    void shouldAllocateNothingWhenWritingAndReadingRtp() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(1500);
        ByteBuffer out = ByteBuffer.allocateDirect(1500);
        byte[] mid = {'0'};
        RtpHeaderWriter writer = new RtpHeaderWriter();
        RtpPacket packet = new RtpPacket();
        SequenceUnwrapper sequences = new SequenceUnwrapper();
        TimestampUnwrapper timestamps = new TimestampUnwrapper();
        assertAllocatesNothing(i -> {
            writer.begin(buffer, 0, 96, (i & 7) == 0, i & 0xFFFF, 3000 * i, 1);
            writer.extension(1, mid);
            writer.extension(3, i, 2);
            writer.extension(4, buffer, 4, 4);
            if ((i & 1) == 0) {
                writer.extension(20, i, 3);
            }
            int headerLength = writer.finish();
            Rtx.writeOriginalSequence(buffer, headerLength, i);
            assertTrue(packet.wrap(buffer, 0, headerLength + 1000));
            sequences.unwrap(packet.sequence());
            timestamps.unwrap(packet.timestamp());
            assertTrue(packet.extensionOffset(3) > 0 && packet.extensionLength(1) == 1);
            assertTrue(Rtx.decapsulate(packet, 97, 2, out, 0) > 0);
        });
    }

    @Test
    void shouldAllocateNothingWhenReadingPayloads() {
        List<PayloadParser> parsers = new ArrayList<>();
        List<ByteBuffer> payloads = new ArrayList<>();
        Object[][] rows = {
            {Codec.H264, "78 0009 6742000a9653058988 0005 68c9638840 0003 658884"},
            {Codec.H264, "7c 05 88 84"},
            {
                Codec.H265,
                "420101214000000300900000030000030096a00502016967a5b91285cd404080b84000000300400000051449ff78400ea60015f9"
            },
            {Codec.VP8, "90 e0 8001 07 20 500100 9d012a 0005 d002"},
            {Codec.VP9, "8a 8001 18 0280 0168 00 82498342004ff02cf8"},
            {Codec.AV1, "28 0c 08 0000004aabbfc377ffe701 30 aabb"},
            {Codec.OPUS, "fc 0102"},
        };
        for (Object[] row : rows) {
            parsers.add(PayloadParser.of((Codec) row[0]));
            payloads.add(Hex.buffer((String) row[1]));
        }
        PayloadInfo info = new PayloadInfo();
        DependencyDescriptor descriptor = new DependencyDescriptor();
        assertAllocatesNothing(i -> {
            ByteBuffer payload = payloads.get(i % payloads.size());
            assertTrue(parsers.get(i % payloads.size()).parse(payload, 0, payload.limit(), info));
            assertTrue(descriptor.wrap(payload, 0, payload.limit()) && descriptor.templateId() >= 0);
        });
    }

    @Test
    void shouldAllocateNothingWhenWritingAndReadingRtcp() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(1500);
        byte[] cname = {'s', 'p'};
        int[] ssrcs = {2, 3};
        long[] lost = {70_000, 70_001, 70_040};
        RtcpWriter writer = new RtcpWriter();
        RtcpVisitor visitor = new RtcpVisitor() {};
        ArrivalTimes arrivals = sequence ->
                sequence % 5 == 0 ? ArrivalTimes.NOT_RECEIVED : sequence * 300_000 + (sequence % 3) * 5_000_000;
        assertAllocatesNothing(i -> {
            writer.reset(buffer);
            writer.senderReport(1, i, i, i, i);
            writer.reportBlock(2, 1, 2, 3, 4, 5, 6);
            writer.canonicalName(1, cname);
            writer.nack(1, 2, lost, 0, lost.length);
            writer.pictureLoss(1, 2);
            writer.fullIntraRequest(1, 2, i);
            writer.remb(1, 1_000_000, ssrcs, 2);
            writer.dlrr(1, 2, i, i);
            writer.transportFeedback(1, 2, i, 65_536, 65_536 + 40, arrivals);
            assertTrue(RtcpParser.parse(buffer, 0, writer.length(), visitor));
        });
    }
}
