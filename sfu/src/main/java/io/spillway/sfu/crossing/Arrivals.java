package io.spillway.sfu.crossing;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What a loop hears from another, on its own thread. Bytes are borrowed for the call. */
public interface Arrivals {

    /** A STUN check that came to loop {@code fromLoop} and names a session of this one. */
    void onCheck(int fromLoop, InetSocketAddress from, ByteBuffer bytes, int offset, int length, long nowNs);

    /** A datagram from an address whose packets arrive elsewhere; {@code detour} is the number this loop gave the address. */
    void onDetoured(int detour, ByteBuffer bytes, int offset, int length, long nowNs);

    /** The mirror of that number, open; null when it is gone, and what is left for it means nothing. */
    @Nullable
    Mirror mirror(int number, long nowNs);

    /** All that came at once is told. */
    void onArrived(long nowNs);

    /** Our own code broke in one of the others. */
    void onDefect(RuntimeException defect);
}
