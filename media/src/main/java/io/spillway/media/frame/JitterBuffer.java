package io.spillway.media.frame;

import java.util.TreeMap;

/**
 * Puts one layer's packets in order. A missing one is waited for as long as its repair may take, then given up: what comes after it is told of the hole. Never holds more than
 * {@link #MAX_PACKETS}.
 */
public final class JitterBuffer {

    /** What is told, in order. */
    interface Listener {
        void onPacket(Packet packet);

        /** Packets before the next one are missing for good. */
        void onHole();
    }

    /** A second of 40 Mbps; behind a hole, the oldest are let go before their time. */
    static final int MAX_PACKETS = 4_096;

    private final long holdNs;
    private final Listener listener;
    private final TreeMap<Long, Packet> waiting = new TreeMap<>();
    private long next = -1;
    private long holes;

    /** @param holdNs how long a packet is waited for once a later one is there */
    JitterBuffer(long holdNs, Listener listener) {
        this.holdNs = holdNs;
        this.listener = listener;
    }

    /** Takes a packet in. The first that comes is the first of the stream; what is older than what was told already is of no use any more. */
    void add(Packet packet, long nowNs) {
        if (next < 0) {
            next = packet.extSeq();
        }
        if (packet.extSeq() >= next) {
            waiting.put(packet.extSeq(), packet);
        }
        release(nowNs);
    }

    /** Gives up what has been waited for long enough. */
    void release(long nowNs) {
        while (!waiting.isEmpty()) {
            Packet first = waiting.firstEntry().getValue();
            if (first.extSeq() != next) {
                if (nowNs - first.arrivalNs() < holdNs && waiting.size() < MAX_PACKETS) {
                    return;
                }
                holes++;
                listener.onHole();
            }
            waiting.pollFirstEntry();
            next = first.extSeq() + 1;
            if (!first.isPadding()) {
                listener.onPacket(first);
            }
        }
    }

    /** Holes that nothing filled in time. */
    long holes() {
        return holes;
    }
}
