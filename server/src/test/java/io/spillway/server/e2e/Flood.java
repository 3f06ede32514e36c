package io.spillway.server.e2e;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;

/**
 * Work for a media loop, as much of it as keeps the loop's busy share where a test wants it: datagrams that look like media of nobody, each of which is received, looked up and refused. How many that
 * takes is the machine's affair.
 */
final class Flood implements AutoCloseable {

    /** Of a core that does nothing else, one sends more than a loop can bear. */
    private static final int SENDERS = 2;

    private static final int BYTES = 100;
    private static final long SLICE_NS = 1_000_000;
    private static final int MOST_A_SLICE = 1_000;
    private static final long STEP_NS = 250_000_000;
    private static final int FIRST_A_SLICE = 10;

    private final InetSocketAddress target;
    private final int leastPercent;
    private final int mostPercent;
    private final List<DatagramSocket> sockets = new ArrayList<>();
    private volatile int aSlice = FIRST_A_SLICE;
    private volatile boolean ended;

    /**
     * Begins at once, with little.
     *
     * @param busyPercent how busy the loop is
     */
    Flood(InetSocketAddress target, int leastPercent, int mostPercent, IntSupplier busyPercent) throws SocketException {
        this.target = target;
        this.leastPercent = leastPercent;
        this.mostPercent = mostPercent;
        for (int i = 0; i < SENDERS; i++) {
            DatagramSocket socket = new DatagramSocket();
            sockets.add(socket);
            Thread.ofPlatform().daemon().name("flood-" + i).start(() -> send(socket));
        }
        Thread.ofPlatform().daemon().name("flood-control").start(() -> control(busyPercent));
    }

    private void control(IntSupplier busyPercent) {
        while (!ended) {
            int busy = busyPercent.getAsInt();
            if (busy < leastPercent) {
                aSlice = Math.min(MOST_A_SLICE, aSlice + Math.max(1, aSlice / 4));
            } else if (busy > mostPercent) {
                aSlice = Math.max(1, aSlice - Math.max(1, aSlice / 8));
            }
            LockSupport.parkNanos(STEP_NS);
        }
    }

    private void send(DatagramSocket socket) {
        byte[] media = new byte[BYTES];
        media[0] = (byte) 0x80;
        media[1] = 96;
        DatagramPacket packet = new DatagramPacket(media, media.length, target);
        try {
            long nextNs = System.nanoTime();
            while (!ended) {
                for (int i = 0; i < aSlice && !ended; i++) {
                    socket.send(packet);
                }
                nextNs = Math.max(nextNs + SLICE_NS, System.nanoTime());
                LockSupport.parkNanos(nextNs - System.nanoTime());
            }
        } catch (IOException closed) {
            // It ends.
        }
    }

    @Override
    public void close() {
        ended = true;
        sockets.forEach(DatagramSocket::close);
    }
}
