package io.spillway.sfu.transport;

import io.spillway.sfu.DropCounters;
import io.spillway.sfu.dtls.DtlsIdentity;
import io.spillway.sfu.dtls.HandshakeRunner;
import io.spillway.sfu.loop.DatagramSink;
import io.spillway.sfu.srtp.SrtpProvider;
import java.util.concurrent.Executor;

/**
 * What every transport of one loop works with.
 *
 * @param loop runs tasks on the loop
 * @param out where the loop's datagrams leave
 * @param drops the loop's counters
 */
public record TransportServices(
        DtlsIdentity identity,
        HandshakeRunner handshakes,
        SrtpProvider srtp,
        Executor loop,
        DatagramSink out,
        DropCounters drops,
        LoopBuffers buffers) {

    /** The same with another way onto the loop. */
    public TransportServices on(Executor otherLoop) {
        return new TransportServices(identity, handshakes, srtp, otherLoop, out, drops, buffers);
    }
}
