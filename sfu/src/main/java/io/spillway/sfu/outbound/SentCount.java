package io.spillway.sfu.outbound;

/** What was sent under one SSRC since it began, as sender reports count it. RFC 3550 §6.4.1. */
final class SentCount {

    private long packets;
    private long octets;

    /** Counts one packet; {@code payloadBytes} without header and padding. */
    void add(int payloadBytes) {
        packets++;
        octets += payloadBytes;
    }

    long packets() {
        return packets;
    }

    long octets() {
        return octets;
    }
}
