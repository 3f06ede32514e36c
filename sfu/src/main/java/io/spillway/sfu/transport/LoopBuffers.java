package io.spillway.sfu.transport;

import io.spillway.sfu.ice.StunMessage;
import io.spillway.sfu.ice.StunWriter;
import java.nio.ByteBuffer;

/** What the transports of one loop share, since they work one after the other: a decrypted packet, a STUN message, the answer to it, room for what comes before keys. One a loop. */
public final class LoopBuffers {

    /** The longest datagram taken or made, with room to spare. */
    public static final int DATAGRAM_BYTES = 2048;

    final ByteBuffer plain = ByteBuffer.allocateDirect(DATAGRAM_BYTES);
    final StunMessage stun = new StunMessage();
    final StunWriter stunAnswer = new StunWriter();
    final EarlyMedia.Room early = new EarlyMedia.Room();
}
