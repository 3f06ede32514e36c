package io.spillway.sfu.loop;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** What a media loop drives: sans-IO, called by the loop's thread only. */
public interface LoopAgent {

    /** One datagram; the bytes are borrowed for the call. */
    void onDatagram(ByteBuffer buffer, int offset, int length, InetSocketAddress from, long nowNs);

    /** The socket has no more datagrams for now: what was collected goes on to subscribers. */
    void onBurstEnd(long nowNs);

    /** When {@link #onTimeout} wants to be called at the latest, {@link Long#MAX_VALUE} for not at all. */
    long nextDeadlineNs();

    void onTimeout(long nowNs);

    /** A peer's stream has ended: nothing comes from it any more, and nothing can be sent to it. */
    default void onGone(StreamPeer peer, long nowNs) {}

    /** A turn is over and what it sent is the kernel's: how long it took, both times of the loop's clock. Nothing may be sent here. */
    default void onTurnEnd(long beganNs, long endedNs) {}
}
