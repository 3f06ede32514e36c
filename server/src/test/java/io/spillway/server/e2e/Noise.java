package io.spillway.server.e2e;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** Strangers who throw datagrams at a port: random bytes, and the beginnings of everything that the port speaks. */
final class Noise implements AutoCloseable {

    private static final int STRANGERS = 16;
    private static final int BURST = 20;
    private static final long PAUSE_NS = 10_000_000;
    private static final int MAX_BYTES = 1_400;
    private static final int STUN_MAGIC = 0x2112_A442;

    private final List<DatagramSocket> strangers = new ArrayList<>();
    private final InetSocketAddress target;
    private final Random random;
    private volatile long sent;
    private volatile boolean ended;

    /** Starts at once, about two thousand datagrams a second. */
    Noise(InetSocketAddress target, long seed) throws SocketException {
        this.target = target;
        this.random = new Random(seed);
        for (int i = 0; i < STRANGERS; i++) {
            strangers.add(new DatagramSocket());
        }
        Thread.ofPlatform().daemon().name("noise").start(this::run);
    }

    /** Datagrams sent so far. */
    long sent() {
        return sent;
    }

    private void run() {
        try {
            long count = 0;
            while (!ended) {
                for (int i = 0; i < BURST; i++) {
                    byte[] bytes = datagram();
                    strangers.get(random.nextInt(STRANGERS)).send(new DatagramPacket(bytes, bytes.length, target));
                    sent = ++count;
                }
                LockSupport.parkNanos(PAUSE_NS);
            }
        } catch (IOException e) {
            // Closed: the noise ends.
        }
    }

    private byte[] datagram() {
        byte[] bytes = new byte[random.nextInt(1, MAX_BYTES)];
        random.nextBytes(bytes);
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        if (bytes.length < 64) {
            return bytes;
        }
        switch (random.nextInt(6)) {
            case 0 -> stunForNobody(buffer);
            // A STUN header whose length does not hold.
            case 1 -> buffer.putShort(0, (short) 1).putInt(4, STUN_MAGIC);
            // A DTLS 1.2 handshake record that claims to be whole.
            case 2 -> buffer.put(0, (byte) 22).putShort(1, (short) 0xFEFD).putShort(11, (short) (bytes.length - 13));
            // RTP of payload type 96, RTCP sender report: neither protected by a key we have.
            case 3 -> buffer.put(0, (byte) 0x80).put(1, (byte) 96);
            case 4 -> buffer.put(0, (byte) 0x80).put(1, (byte) 200);
            default -> {
                // random from the first byte on
            }
        }
        return bytes;
    }

    /** A binding request in good order for a session that is not there: RFC 8489 §5, USERNAME and nothing else. */
    private void stunForNobody(ByteBuffer buffer) {
        byte[] name = "nobodyhere:stranger1".getBytes(StandardCharsets.US_ASCII);
        int length = buffer.capacity();
        int rest = length - 20 - 4 - name.length;
        int padding = rest & ~3;
        buffer.putShort(0, (short) 1).putShort(2, (short) ((length - 20) & ~3)).putInt(4, STUN_MAGIC);
        buffer.putShort(20, (short) 6).putShort(22, (short) name.length).put(24, name);
        int at = 24 + name.length;
        if (padding >= 4) {
            buffer.putShort(at, (short) 0x8022).putShort(at + 2, (short) (padding - 4));
        }
    }

    @Override
    public void close() {
        ended = true;
        strangers.forEach(DatagramSocket::close);
    }
}
