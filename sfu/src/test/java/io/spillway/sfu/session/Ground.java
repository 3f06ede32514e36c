package io.spillway.sfu.session;

import io.spillway.sfu.Sfu;
import io.spillway.sfu.loop.LoopExecutor;
import io.spillway.sfu.srtp.SrtpProvider;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Random;

/** What clients stand on: a simulated network, or sockets. */
interface Ground {

    Sfu sfu();

    /** The media port, as clients reach it. */
    InetSocketAddress server();

    Random random();

    SrtpProvider srtp();

    /** Runs what the clients' handshakes post, on the clients' thread. */
    LoopExecutor clientLoop();

    long nowNs();

    void send(InetSocketAddress from, InetSocketAddress to, ByteBuffer buffer, int offset, int length);
}
