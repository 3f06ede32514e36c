package io.spillway.sfu.transport;

import io.spillway.sfu.DropCounters;
import io.spillway.sfu.dtls.DtlsIdentity;
import io.spillway.sfu.dtls.HandshakeRunner;
import io.spillway.sfu.loop.DatagramSink;
import io.spillway.sfu.srtp.SrtpProvider;

/**
 * What every transport of one loop works with.
 *
 * @param out where the loop's datagrams leave
 * @param drops the loop's counters
 */
public record TransportServices(
        DtlsIdentity identity,
        HandshakeRunner handshakes,
        SrtpProvider srtp,
        DatagramSink out,
        DropCounters drops,
        LoopBuffers buffers) {}
