package io.spillway.bench.jmh;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.codec.PayloadParser;
import io.spillway.media.rtcp.RtcpParser;
import io.spillway.media.rtcp.RtcpVisitor;
import io.spillway.media.rtcp.RtcpWriter;
import io.spillway.media.rtp.RtpHeaderWriter;
import io.spillway.media.rtp.RtpPacket;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Reading what comes in: an RTP header with extensions, payload headers, a viewer's report with NACKs. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ParseBenchmark {

    private static final int PACKET_BYTES = 1_200;

    private final ByteBuffer rtp = ByteBuffer.allocateDirect(PACKET_BYTES);
    private final ByteBuffer rtcp = ByteBuffer.allocateDirect(PACKET_BYTES);
    private final ByteBuffer h264 = payload("7c058884");
    private final ByteBuffer vp9 = payload("8a80011802800168008249834200");
    private final ByteBuffer opus = payload("fc0102");
    private final RtpPacket packet = new RtpPacket();
    private final PayloadInfo info = new PayloadInfo();
    private final Visitor visitor = new Visitor();
    private final int rtcpLength;

    public ParseBenchmark() {
        RtpHeaderWriter header = new RtpHeaderWriter();
        header.begin(rtp, 0, 96, true, 1, 2, 3);
        header.extension(1, new byte[] {'0'});
        header.extension(3, 5, 2);
        header.finish();
        RtcpWriter writer = new RtcpWriter();
        writer.reset(rtcp);
        writer.receiverReport(1);
        writer.reportBlock(2, 1, 2, 3, 4, 5, 6);
        writer.nack(1, 2, new long[] {70_000, 70_001, 70_040}, 0, 3);
        rtcpLength = writer.length();
    }

    private static ByteBuffer payload(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        return ByteBuffer.allocateDirect(bytes.length).put(0, bytes);
    }

    /** Counts, so that nothing is optimized away. */
    private static final class Visitor implements RtcpVisitor {

        private int facts;

        @Override
        public void onNack(int senderSsrc, int mediaSsrc, int sequence) {
            facts++;
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
            facts++;
        }
    }

    @Benchmark
    public int rtp() {
        packet.wrap(rtp, 0, PACKET_BYTES);
        return packet.sequence() + packet.payloadOffset() + packet.extensionOffset(3);
    }

    @Benchmark
    public int rtcp() {
        RtcpParser.parse(rtcp, 0, rtcpLength, visitor);
        return visitor.facts;
    }

    @Benchmark
    public boolean h264() {
        return PayloadParser.of(Codec.H264).parse(h264, 0, h264.capacity(), info) && info.startsKeyframe();
    }

    @Benchmark
    public boolean vp9() {
        return PayloadParser.of(Codec.VP9).parse(vp9, 0, vp9.capacity(), info) && info.startsKeyframe();
    }

    @Benchmark
    public boolean opus() {
        return PayloadParser.of(Codec.OPUS).parse(opus, 0, opus.capacity(), info);
    }
}
