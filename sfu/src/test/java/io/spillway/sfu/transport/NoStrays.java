package io.spillway.sfu.transport;

import io.spillway.sfu.DropReason;
import io.spillway.sfu.ice.StunMessage;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** A loop that is alone, and whose sessions are all claimed. */
final class NoStrays implements Demux.Strays {

    @Override
    public DropReason onCheck(
            StunMessage check,
            String ufrag,
            ByteBuffer buffer,
            int offset,
            int length,
            InetSocketAddress from,
            long nowNs) {
        return DropReason.UNKNOWN_UFRAG;
    }

    @Override
    public boolean onDatagram(ByteBuffer buffer, int offset, int length, InetSocketAddress from) {
        return false;
    }

    @Override
    public void onBound(InetSocketAddress address) {}

    @Override
    public void onUnbound(InetSocketAddress address) {}
}
