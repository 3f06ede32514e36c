package io.spillway.sfu.congestion;

/**
 * Packets sent within a short while at a rate that is to be tried, and how fast they arrived: what a path carries shows in how it spreads them. One at a
 * time; packets of a former one are told apart by {@link #id}.
 */
final class ProbeCluster {

    /** Fewer say more of chance than of the path. */
    private static final int MIN_PACKETS = 4;

    /** So many of its packets must be told of, or what arrived is not what was sent. */
    private static final double ENOUGH = 0.8;

    /** Feedback comes each 50 to 250 ms; what is not told of after two round trips and this is not told of at all. */
    private static final long PATIENCE_NS = 300_000_000L;

    /** Arrivals closer together than this were held up and let go at once: they tell of no rate. */
    private static final double MAX_FASTER = 2;

    /** A path that spreads the packets carries no more than this share of the rate at which they came out of it. */
    private static final double FULL = 0.9;

    private static final double OF_FULL = 0.95;

    private static final int MAX_ID = 1_000;

    private int id;
    private boolean sending;
    private boolean awaited;
    private long endedNs;
    private int sentPackets;
    private long sentBytes;
    private int told;
    private int arrived;
    private double usualLoss;
    private boolean patchy;
    private long firstSentNs;
    private long firstArrivalNs;

    private long bytes;
    private final Line sent = new Line();
    private final Line come = new Line();

    /**
     * All that is sent from now on belongs to a new cluster.
     *
     * @param loss share of packets that the path loses by chance, 0..1: so much less may arrive, and what is missing stands for what would have come
     */
    void begin(double loss) {
        id = id % MAX_ID + 1;
        usualLoss = loss;
        sending = true;
        awaited = false;
        sentPackets = 0;
        sentBytes = 0;
        told = 0;
        arrived = 0;
        bytes = 0;
        sent.clear();
        come.clear();
    }

    /** Nothing more belongs to it; what it tells is awaited. */
    void end(long nowNs) {
        awaited = sending;
        sending = false;
        endedNs = nowNs;
    }

    /** The number that packets sent now belong to, 0 for no probe. */
    int id() {
        return sending ? id : 0;
    }

    /** The number of the newest cluster, being sent or not. */
    int newestId() {
        return id;
    }

    /** Whether it is still open what the newest one shows. */
    boolean isAwaited() {
        return awaited;
    }

    int sentPackets() {
        return sentPackets;
    }

    long sentBytes() {
        return sentBytes;
    }

    void onSent(int bytes) {
        if (sending) {
            sentPackets++;
            sentBytes += bytes;
        }
    }

    /** A packet of that cluster came; in the order of sending. */
    void onReceived(int cluster, int packetBytes, long sentNs, long arrivalNs) {
        if (cluster != id || (!sending && !awaited)) {
            return;
        }
        told++;
        if (arrived == 0) {
            firstSentNs = sentNs;
            firstArrivalNs = arrivalNs;
        }
        arrived++;
        // A packet is sent after those before it, and has come when its own last byte has.
        sent.add(bytes, sentNs - firstSentNs);
        bytes += packetBytes;
        come.add(bytes, arrivalNs - firstArrivalNs);
    }

    /** A packet of that cluster had not come when the viewer told; in the order of sending. */
    void onLost(int cluster, int packetBytes) {
        if (cluster == id) {
            told++;
            bytes += usualLoss > 0 ? packetBytes : 0;
        }
    }

    /** Whether all that can be known of it is: the result is read once. */
    boolean isComplete(long rttNs, long nowNs) {
        return awaited && (told >= sentPackets || nowNs - endedNs > 2 * rttNs + PATIENCE_NS);
    }

    /** Bits a second that the path was shown to carry, 0 when the cluster shows nothing; it is done with. */
    long takeMeasuredBps() {
        awaited = false;
        double sentBps = sent.bitsPerSecond();
        double arrivedBps = come.bitsPerSecond();
        patchy = false;
        if (arrived < MIN_PACKETS || sentBps == 0 || arrivedBps == 0 || arrivedBps > MAX_FASTER * sentBps) {
            return 0;
        }
        if (arrived < ENOUGH * (1 - usualLoss) * sentPackets) {
            patchy = arrivedBps >= FULL * sentBps;
            return 0;
        }
        return (long) (arrivedBps < FULL * sentBps ? OF_FULL * arrivedBps : Math.min(sentBps, arrivedBps));
    }

    /** Whether the cluster shows nothing because too few of it came, though these came as they were sent: chance may have lost the others. */
    boolean wasPatchy() {
        return patchy;
    }

    /** A straight line through bytes over time, by least squares: one packet that was held up by chance tilts it less than it moves the last. */
    private static final class Line {
        private int points;
        private double bytes;
        private double squares;
        private double times;
        private double products;

        void clear() {
            points = 0;
            bytes = 0;
            squares = 0;
            times = 0;
            products = 0;
        }

        void add(long pointBytes, long timeNs) {
            points++;
            bytes += pointBytes;
            squares += (double) pointBytes * pointBytes;
            times += timeNs;
            products += (double) pointBytes * timeNs;
        }

        /** Its slope, 0 where there is none. */
        double bitsPerSecond() {
            double covariance = points * products - bytes * times;
            double variance = points * squares - bytes * bytes;
            return covariance <= 0 || variance <= 0 ? 0 : 8e9 * variance / covariance;
        }
    }
}
