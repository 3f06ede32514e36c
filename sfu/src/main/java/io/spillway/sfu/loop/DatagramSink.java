package io.spillway.sfu.loop;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** Where datagrams leave for the network. */
public interface DatagramSink {

    /** Sends {@code buffer[offset..offset+length)}; the bytes are borrowed for the call. */
    void send(ByteBuffer buffer, int offset, int length, InetSocketAddress to);
}
