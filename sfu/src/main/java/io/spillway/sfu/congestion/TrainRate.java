package io.spillway.sfu.congestion;

/**
 * How fast a path lets packets out that were sent at one instant: each picture is such a train, and the narrowest link spreads it by what it carries. A
 * mean over the last trains. It bounds how fast a burst may go, not how much a path carries for long: other traffic waits between trains.
 */
final class TrainRate {

    /** Fewer packets say more of the receiver's clock than of the path. */
    private static final int MIN_PACKETS = 5;

    /** Arrivals are told in steps of this: what took less was not seen to. */
    private static final long RESOLUTION_NS = 250_000;

    /** Share of the newest train in the mean. */
    private static final double NEWEST = 1.0 / 8;

    private double nsPerByte;
    private long sentNs;
    private int packets;
    private long bytes;
    private int firstBytes;
    private long firstArrivalNs;
    private long lastArrivalNs;

    /** Takes a packet that came, in the order of sending. */
    void add(int packetBytes, long packetSentNs, long arrivalNs) {
        if (packets == 0 || packetSentNs != sentNs) {
            close();
            packets = 1;
            sentNs = packetSentNs;
            bytes = packetBytes;
            firstBytes = packetBytes;
            firstArrivalNs = arrivalNs;
            lastArrivalNs = arrivalNs;
            return;
        }
        packets++;
        bytes += packetBytes;
        if (arrivalNs < firstArrivalNs) {
            firstArrivalNs = arrivalNs;
            firstBytes = packetBytes;
        }
        lastArrivalNs = Math.max(lastArrivalNs, arrivalNs);
    }

    /** Bits a second, 0 before the first train. */
    double bps() {
        return nsPerByte == 0 ? 0 : 8e9 / nsPerByte;
    }

    /** Nothing that came before compares with what comes. */
    void reset() {
        packets = 0;
        nsPerByte = 0;
    }

    private void close() {
        if (packets < MIN_PACKETS) {
            return;
        }
        double newest = (double) Math.max(RESOLUTION_NS, lastArrivalNs - firstArrivalNs) / (bytes - firstBytes);
        nsPerByte = nsPerByte == 0 ? newest : nsPerByte + NEWEST * (newest - nsPerByte);
    }
}
