package io.spillway.sfu.session;

import io.spillway.sfu.AddressText;
import io.spillway.sfu.RefusedCheck;
import io.spillway.sfu.loop.StreamPeer;
import io.spillway.sfu.transport.CheckRefusal;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** How a peer's address is told: {@code address:port} by UDP, {@code address:port/tcp} by TCP. */
final class PeerText {

    private PeerText() {}

    static String of(InetSocketAddress address) {
        String seen = AddressText.of(StreamPeer.seen(address));
        return address instanceof StreamPeer ? seen + "/tcp" : seen;
    }

    static @Nullable RefusedCheck of(@Nullable CheckRefusal refusal) {
        return refusal == null ? null : new RefusedCheck(refusal.why(), of(refusal.from()));
    }
}
