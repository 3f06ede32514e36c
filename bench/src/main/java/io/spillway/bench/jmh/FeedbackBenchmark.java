package io.spillway.bench.jmh;

import io.spillway.bench.fanout.ViewedLayer;
import io.spillway.sfu.outbound.OutboundMedia;
import io.spillway.sfu.transport.MediaSink;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What viewers' transport-wide feedback costs beside what it is about: 64 ms of 1250 packets a second to each of the viewers, without and with a feedback of each on its 80 packets. Nothing is
 * encrypted or sent. The difference of the two, by 80 times the viewers, is what a packet's feedback takes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class FeedbackBenchmark {

    /** What the reference time of a feedback counts in: arrivals are the same in each, but for it. */
    private static final long CYCLE_NS = 64_000_000L;

    private static final int PACKETS = 80;
    private static final long PACKET_NS = CYCLE_NS / PACKETS;
    private static final int TICKS = 256;

    private static final int BASE_AT = 12;
    private static final int REFERENCE_AT = 16;
    private static final int CHUNK_AT = 20;
    private static final int DELTAS_AT = 22;
    private static final int LENGTH = 104;

    /** Transport feedback, 25 words behind the header's first. */
    private static final int HEADER = 0x8FCD_0019;

    private static final int ALL_CAME_SOON = 0x2000;

    @Param({"200"})
    public int viewers = 1;

    /** Packets a burst. */
    @Param({"1", "5"})
    public int burst = 1;

    private final ByteBuffer feedback = ByteBuffer.allocateDirect(LENGTH);
    private final List<OutboundMedia> viewing = new ArrayList<>();
    private long nowNs = CYCLE_NS;
    private ViewedLayer layer = new ViewedLayer(nowNs);
    private int cycles;

    @Setup
    public void prepare() {
        viewing.clear();
        cycles = 0;
        layer = new ViewedLayer(nowNs);
        for (int i = 0; i < viewers; i++) {
            viewing.add(layer.view(i + 1, new Nowhere(), nowNs));
        }
        feedback.putInt(0, HEADER);
        feedback.putShort(BASE_AT + 2, (short) PACKETS);
        feedback.putShort(CHUNK_AT, (short) (ALL_CAME_SOON | PACKETS));
        int before = 0;
        for (int i = 0; i < PACKETS; i++) {
            int ticks = i / burst * burst * TICKS / PACKETS;
            feedback.put(DELTAS_AT + i, (byte) (ticks - before));
            before = ticks;
        }
    }

    @Benchmark
    public void sent() {
        send();
    }

    @Benchmark
    public void sentAndTold() {
        feedback.putShort(BASE_AT, (short) (cycles * PACKETS));
        feedback.putInt(REFERENCE_AT, cycles << 8 | (cycles & 0xFF));
        send();
        for (OutboundMedia viewer : viewing) {
            viewer.onRtcp(feedback, 0, LENGTH, nowNs);
        }
    }

    private void send() {
        for (int i = 0; i < PACKETS; i += burst) {
            nowNs += burst * PACKET_NS;
            layer.burst(burst, nowNs);
            for (OutboundMedia viewer : viewing) {
                if (viewer.nextDeadlineNs() <= nowNs) {
                    viewer.onTimeout(nowNs);
                }
            }
        }
        cycles++;
    }

    private record Nowhere() implements MediaSink {

        @Override
        public boolean sendRtp(
                ByteBuffer head,
                int headLength,
                int rtpHeaderLength,
                ByteBuffer payload,
                int payloadOffset,
                int payloadLength,
                long nowNs) {
            return true;
        }

        @Override
        public boolean sendRtcp(ByteBuffer packet, int length, long nowNs) {
            return true;
        }
    }
}
