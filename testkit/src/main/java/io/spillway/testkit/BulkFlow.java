package io.spillway.testkit;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.TreeMap;

/**
 * A download that fills what it finds, as TCP Reno does: a window that doubles each round trip until the first loss, then grows by a packet each round trip and is halved by each loss (RFC 5681), with packets numbered anew as
 * in QUIC, so that nothing is sent twice. It sees delay nowhere but in its pace. Counts what arrives.
 */
public final class BulkFlow {

    private static final int PACKET_BYTES = 1_200;
    private static final int ACK_BYTES = 40;
    private static final double FIRST_WINDOW = 10;
    private static final int REORDERED = 3;
    private static final long TIMEOUT_NS = 1_000_000_000L;

    private final SimNet net;
    private final InetSocketAddress sender;
    private final InetSocketAddress receiver;
    private final TreeMap<Long, Long> inFlight = new TreeMap<>();
    private final ByteBuffer packet = ByteBuffer.allocate(PACKET_BYTES);
    private final ByteBuffer ack = ByteBuffer.allocate(ACK_BYTES);
    private double window = FIRST_WINDOW;
    private double threshold = Double.MAX_VALUE;
    private long next;
    private long recoveredFrom;
    private long timeoutNs = SimNet.NEVER;
    private long arrivedBytes;
    private boolean stopped = true;

    /** Between two addresses of its own, whose links are the caller's. */
    public BulkFlow(SimNet net, InetSocketAddress sender, InetSocketAddress receiver) {
        this.net = net;
        this.sender = sender;
        this.receiver = receiver;
        net.attach(sender, new Sender());
        net.attach(receiver, (datagram, from, nowNs) -> acknowledge(datagram));
    }

    public void start() {
        stopped = false;
        fill();
    }

    /** Sends no more. */
    public void stop() {
        stopped = true;
        inFlight.clear();
        timeoutNs = SimNet.NEVER;
    }

    /** Bytes that came so far. */
    public long arrivedBytes() {
        return arrivedBytes;
    }

    private void acknowledge(ByteBuffer datagram) {
        arrivedBytes += datagram.limit();
        ack.putLong(0, datagram.getLong(0));
        net.send(receiver, sender, ack, 0, ACK_BYTES);
    }

    private void fill() {
        while (!stopped && inFlight.size() < (int) window) {
            packet.putLong(0, next);
            inFlight.put(next++, net.nowNs());
            net.send(sender, receiver, packet, 0, PACKET_BYTES);
        }
        timeoutNs = inFlight.isEmpty() ? SimNet.NEVER : net.nowNs() + TIMEOUT_NS;
    }

    private void onLoss(long number) {
        if (number >= recoveredFrom) {
            window = Math.max(2, window / 2);
            threshold = window;
            recoveredFrom = next;
        }
    }

    private final class Sender implements SimNet.Node {

        @Override
        public void onDatagram(ByteBuffer datagram, InetSocketAddress from, long nowNs) {
            long number = datagram.getLong(0);
            if (stopped || inFlight.remove(number) == null) {
                return;
            }
            if (number >= recoveredFrom) {
                window += window < threshold ? 1 : 1 / window;
            }
            while (!inFlight.isEmpty() && inFlight.firstKey() < number - REORDERED) {
                onLoss(inFlight.pollFirstEntry().getKey());
            }
            fill();
        }

        @Override
        public long nextDeadlineNs() {
            return timeoutNs;
        }

        @Override
        public void onTimeout(long nowNs) {
            threshold = Math.max(2, window / 2);
            window = 1;
            recoveredFrom = next;
            inFlight.clear();
            fill();
        }
    }
}
