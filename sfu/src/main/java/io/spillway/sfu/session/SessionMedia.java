package io.spillway.sfu.session;

import io.spillway.sfu.SessionFigures;
import java.nio.ByteBuffer;

/** What a session does with its media once the transport carries it: a publisher takes it in, a viewer is sent it. */
interface SessionMedia {

    void onConnected(long nowNs);

    void onRtp(ByteBuffer packet, int offset, int length, long nowNs);

    void onRtcp(ByteBuffer packet, int offset, int length, long nowNs);

    /** The socket has no more for now: what came in this turn goes on. */
    void onBurstEnd(long nowNs);

    /** What it came to so far. Allocates. */
    SessionFigures figures(long nowNs);

    long nextDeadlineNs();

    void onTimeout(long nowNs);

    /** Says goodbye while the transport still sends. */
    void close(long nowNs);
}
