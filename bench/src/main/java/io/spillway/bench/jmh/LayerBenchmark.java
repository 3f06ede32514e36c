package io.spillway.bench.jmh;

import io.spillway.bench.fanout.ViewedLayer;
import io.spillway.media.live.StoredPacket;
import io.spillway.sfu.transport.MediaSink;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A layer's history: storing a packet and finding it; and the way of a packet from it to a viewer, its numbers rewritten, without encryption and sockets. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LayerBenchmark {

    private static final int BURST = 10;
    private static final int VIEWERS = 200;
    private static final long FRAME_NS = 33_000_000L;

    private long nowNs = 1_000_000_000L;
    private final ViewedLayer alone = new ViewedLayer(nowNs);
    private final ViewedLayer watched = new ViewedLayer(nowNs);
    private final StoredPacket stored = new StoredPacket();
    private final Count count = new Count();

    /** Where viewers' packets end. */
    private static final class Count implements MediaSink {

        private long bytes;

        @Override
        public boolean sendRtp(
                ByteBuffer head,
                int headLength,
                int rtpHeaderLength,
                ByteBuffer payload,
                int payloadOffset,
                int payloadLength,
                long nowNs) {
            bytes += headLength + payloadLength;
            return true;
        }

        @Override
        public boolean sendRtcp(ByteBuffer packet, int length, long nowNs) {
            return true;
        }
    }

    @Setup
    public void join() {
        alone.burst(BURST, nowNs);
        for (int i = 0; i < VIEWERS; i++) {
            watched.view(i + 1, count, nowNs);
        }
    }

    /** A burst of ten packets that nobody watches; the time is that of one packet. */
    @Benchmark
    @OperationsPerInvocation(BURST)
    public void append() {
        nowNs += FRAME_NS;
        alone.burst(BURST, nowNs);
    }

    @Benchmark
    public boolean find() {
        return alone.layer().history().find(alone.newest(), stored);
    }

    /** A burst of ten packets to 200 viewers; the time is that of one packet and viewer. */
    @Benchmark
    @OperationsPerInvocation(BURST * VIEWERS)
    public long rewrite() {
        nowNs += FRAME_NS;
        watched.burst(BURST, nowNs);
        return count.bytes;
    }
}
