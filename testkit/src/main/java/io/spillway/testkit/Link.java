package io.spillway.testkit;

/**
 * How one direction between two addresses behaves. Immutable; each {@code with} gives a changed copy.
 *
 * @param delayNs one-way delay every datagram has
 * @param jitterNs added to it, evenly spread over 0..jitterNs; jitter alone keeps the order
 * @param loss probability 0..1 that a datagram vanishes
 * @param duplication probability 0..1 that it arrives twice
 * @param reordering probability 0..1 that it is held back so that later ones overtake it
 * @param bitrateBps bottleneck; 0 has none
 * @param queueNs how long a datagram may wait for the bottleneck before it is dropped
 */
public record Link(
        long delayNs,
        long jitterNs,
        double loss,
        double duplication,
        double reordering,
        long bitrateBps,
        long queueNs) {

    private static final long NS_PER_MS = 1_000_000;
    private static final long DEFAULT_QUEUE_NS = 200 * NS_PER_MS;

    /** Loses, repeats and reorders nothing. */
    public static Link ofDelayMs(long delayMs) {
        return new Link(delayMs * NS_PER_MS, 0, 0, 0, 0, 0, DEFAULT_QUEUE_NS);
    }

    public Link withJitterMs(long jitterMs) {
        return new Link(delayNs, jitterMs * NS_PER_MS, loss, duplication, reordering, bitrateBps, queueNs);
    }

    public Link withLoss(double probability) {
        return new Link(delayNs, jitterNs, probability, duplication, reordering, bitrateBps, queueNs);
    }

    public Link withDuplication(double probability) {
        return new Link(delayNs, jitterNs, loss, probability, reordering, bitrateBps, queueNs);
    }

    public Link withReordering(double probability) {
        return new Link(delayNs, jitterNs, loss, duplication, probability, bitrateBps, queueNs);
    }

    public Link withBitrate(long bps, long queueMs) {
        return new Link(delayNs, jitterNs, loss, duplication, reordering, bps, queueMs * NS_PER_MS);
    }
}
