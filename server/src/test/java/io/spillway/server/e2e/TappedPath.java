package io.spillway.server.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A hop between one client and the server's media port that passes every datagram on, and lets spoilt copies of the client's follow: so the server
 * gets real packets with flipped bits, cut off or twice, from an address it trusts.
 */
final class TappedPath implements AutoCloseable {

    private static final int MAX_DATAGRAM_BYTES = 2_048;

    private final DatagramSocket clientSide;
    private final DatagramSocket serverSide;
    private final SocketAddress server;
    private final Random random;
    private volatile @Nullable SocketAddress client;
    private volatile boolean spoiling;

    /** @param seed of what is spoilt, and how */
    TappedPath(InetSocketAddress server, long seed) {
        this.server = server;
        this.random = new Random(seed);
        try {
            clientSide = new DatagramSocket(0, InetAddress.getLoopbackAddress());
            serverSide = new DatagramSocket();
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofPlatform().daemon().name("tap-up").start(() -> pump(clientSide, this::up));
        Thread.ofPlatform().daemon().name("tap-down").start(() -> pump(serverSide, this::down));
    }

    /** Where the client sends to. */
    int port() {
        return clientSide.getLocalPort();
    }

    /** Starts or ends the spoilt copies. */
    void spoil(boolean on) {
        spoiling = on;
    }

    private interface Pass {
        void on(DatagramPacket packet) throws IOException;
    }

    private static void pump(DatagramSocket from, Pass pass) {
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[MAX_DATAGRAM_BYTES], MAX_DATAGRAM_BYTES);
                from.receive(packet);
                pass.on(packet);
            }
        } catch (IOException e) {
            // Closed: the path ends.
        }
    }

    private void up(DatagramPacket packet) throws IOException {
        client = packet.getSocketAddress();
        serverSide.send(new DatagramPacket(packet.getData(), packet.getLength(), server));
        if (spoiling) {
            serverSide.send(spoilt(packet));
        }
    }

    private void down(DatagramPacket packet) throws IOException {
        SocketAddress to = client;
        if (to != null) {
            clientSide.send(new DatagramPacket(packet.getData(), packet.getLength(), to));
        }
    }

    private DatagramPacket spoilt(DatagramPacket packet) {
        byte[] bytes = packet.getData();
        int length = packet.getLength();
        switch (random.nextInt(4)) {
            case 0 -> length = random.nextInt(length);
            case 1 -> bytes[random.nextInt(length)] ^= (byte) (1 << random.nextInt(8));
            case 2 -> {
                for (int i = random.nextInt(8); i >= 0; i--) {
                    bytes[random.nextInt(Math.min(length, 32))] = (byte) random.nextInt(256);
                }
            }
            default -> {
                // as it is, a second time
            }
        }
        return new DatagramPacket(bytes, length, server);
    }

    @Override
    public void close() {
        clientSide.close();
        serverSide.close();
    }
}
