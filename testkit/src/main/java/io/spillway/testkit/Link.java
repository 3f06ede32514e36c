package io.spillway.testkit;

/**
 * How one direction between two addresses behaves. Immutable; each {@code with} gives a changed copy.
 *
 * @param delayNs one-way delay every datagram has
 * @param jitterNs added to it, evenly spread over 0..jitterNs; jitter alone keeps the order
 * @param loss probability 0..1 that a datagram vanishes, outside bursts of loss
 * @param bursts how loss comes in bursts
 * @param duplication probability 0..1 that it arrives twice
 * @param reordering probability 0..1 that it is held back so that later ones overtake it
 * @param bitrateBps bottleneck; 0 has none
 * @param queueNs how long a datagram may wait for the bottleneck before it is dropped
 */
public record Link(
        long delayNs,
        long jitterNs,
        double loss,
        Bursts bursts,
        double duplication,
        double reordering,
        long bitrateBps,
        long queueNs) {

    /**
     * Loss that comes in bursts: the model of Gilbert and Elliott, two states that change from datagram to datagram.
     *
     * @param begins probability 0..1 that a burst begins with a datagram
     * @param ends probability 0..1 that a burst ends with one
     * @param loss probability 0..1 that a datagram of a burst vanishes
     */
    public record Bursts(double begins, double ends, double loss) {

        public static final Bursts NONE = new Bursts(0, 1, 0);

        /** Bursts of that many datagrams on average, half of which vanish, so that in all that share does. */
        public static Bursts of(double share, double datagrams) {
            double inBursts = 2 * share;
            double ends = 1 / datagrams;
            return new Bursts(ends * inBursts / (1 - inBursts), ends, 0.5);
        }
    }

    private static final long NS_PER_MS = 1_000_000;
    private static final long DEFAULT_QUEUE_NS = 200 * NS_PER_MS;

    /** Loses, repeats and reorders nothing. */
    public static Link ofDelayMs(long delayMs) {
        return new Link(delayMs * NS_PER_MS, 0, 0, Bursts.NONE, 0, 0, 0, DEFAULT_QUEUE_NS);
    }

    public Link withJitterMs(long jitterMs) {
        return new Link(delayNs, jitterMs * NS_PER_MS, loss, bursts, duplication, reordering, bitrateBps, queueNs);
    }

    public Link withLoss(double probability) {
        return new Link(delayNs, jitterNs, probability, bursts, duplication, reordering, bitrateBps, queueNs);
    }

    public Link withBursts(Bursts lossInBursts) {
        return new Link(delayNs, jitterNs, loss, lossInBursts, duplication, reordering, bitrateBps, queueNs);
    }

    public Link withDuplication(double probability) {
        return new Link(delayNs, jitterNs, loss, bursts, probability, reordering, bitrateBps, queueNs);
    }

    public Link withReordering(double probability) {
        return new Link(delayNs, jitterNs, loss, bursts, duplication, probability, bitrateBps, queueNs);
    }

    public Link withBitrate(long bps, long queueMs) {
        return new Link(delayNs, jitterNs, loss, bursts, duplication, reordering, bps, queueMs * NS_PER_MS);
    }
}
