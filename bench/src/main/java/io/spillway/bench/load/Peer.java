package io.spillway.bench.load;

import java.nio.ByteBuffer;

/** Whoever owns one of the generator's addresses. Loop thread only; buffers are borrowed for the call. */
interface Peer {

    /** A datagram came from {@code from}; the kernel got it at {@code kernelRealNs} (since 1970). */
    void onDatagram(ByteBuffer buffer, int offset, int length, int from, int fromPort, long kernelRealNs, long nowNs);

    /** Every few milliseconds, while {@link #isRestless}. */
    void onTick(long nowNs);

    /** Whether ticks are wanted: while connecting, and while packets are missing. */
    boolean isRestless();

    /** Once a second: reports and consent. */
    void onSecond(long nowNs);
}
