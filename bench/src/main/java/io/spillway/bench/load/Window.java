package io.spillway.bench.load;

import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * What came of a span of time.
 *
 * @param seconds its length
 * @param sent packets that publishers sent
 * @param expected what viewers were to get of them
 * @param delivered packets that viewers got, each once, headers checked
 * @param lost packets that a viewer waited a second for, repair or not
 * @param skipped packets that the server left out for sampled viewers without a gap in its numbers
 * @param viewersWithLoss viewers that lost any, since they came
 * @param wrong packets that did not authenticate, had a wrong header or were not of this generator
 * @param ended sessions that the server ended
 * @param hop from the publisher's sending to the kernel's receipt for the viewer, nanoseconds; sampled viewers
 * @param sinceIntended from the intended time of sending to reading by the generator
 * @param lateness of the generator's own sending
 * @param ownCpu share of one core that the generator used
 * @param ownDrops datagrams that the kernel threw away as the generator's queues were full
 * @param kernelLosses the same of all sockets in this network namespace, the server's among them
 * @param unsent datagrams that the generator could not send at once
 */
public record Window(
        double seconds,
        long sent,
        long expected,
        long delivered,
        long bytes,
        long authenticated,
        long gaps,
        long recovered,
        long nacks,
        long repairs,
        long lost,
        long skipped,
        long viewersWithLoss,
        long wrong,
        long ended,
        String why,
        Histogram hop,
        Histogram sinceIntended,
        Histogram lateness,
        double ownCpu,
        long ownDrops,
        long kernelLosses,
        long unsent) {

    /** A generator that uses more of its core is itself what is measured. */
    public static final double MOST_OWN_CPU = 0.7;

    private static final double NS_A_US = 1_000;

    public double packetsPerSecond() {
        return delivered / seconds;
    }

    /** A percentile of the hop in microseconds. */
    public double hopUs(double percentile) {
        return hop.getValueAtPercentile(percentile) / NS_A_US;
    }

    public double sinceIntendedUs(double percentile) {
        return sinceIntended.getValueAtPercentile(percentile) / NS_A_US;
    }

    public double latenessUs(double percentile) {
        return lateness.getValueAtPercentile(percentile) / NS_A_US;
    }

    /** Why the figures say nothing of the server; empty when they do. */
    public String voidBecause() {
        if (ownCpu > MOST_OWN_CPU) {
            return String.format(Locale.ROOT, "the generator used %.0f %% of its core", ownCpu * 100);
        }
        if (unsent > 0) {
            return "the generator could not send " + unsent + " datagrams";
        }
        return ownDrops > 0 ? "the generator's queues overflowed by " + ownDrops + " datagrams" : "";
    }

    /** Whether every viewer got everything, and all of it was right. */
    public boolean isLossless() {
        return lost == 0 && skipped == 0 && wrong == 0 && ended == 0;
    }

    /** What viewers did not get, or got wrong; for rows, whether there is any or not. */
    public String losses() {
        return String.format(Locale.ROOT, "lost %d, left out %d, wrong %d, ended %d", lost, skipped, wrong, ended);
    }

    /** How much of it was decrypted and authenticated; for rows. */
    public String checked() {
        return String.format(
                Locale.ROOT, "%d packets authenticated, of 1 in %d viewers", authenticated, Load.SAMPLED_OF);
    }
}
