package io.spillway.bench.goals;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Goal 3: how the server's CPU grows with what it delivers. The line is {@code cpu = fixed + packet * packets/s}, by least squares of relative errors, so
 * that few viewers count as much as many: what the server costs by itself is allowed for, what grows faster or slower than the packets is not.
 */
final class Linearity {

    /** Of goal 3, in percent of the line. */
    static final int MOST_PERCENT = 15;

    /** Through two points there is always a line. */
    private static final int LEAST_POINTS = 3;

    /**
     * One number of viewers.
     *
     * @param packetsPerSecond delivered
     * @param cpu share of one core
     */
    record Point(int viewers, double packetsPerSecond, double cpu) {

        double usAPacket() {
            return cpu * 1e6 / packetsPerSecond;
        }
    }

    private final List<Point> points;
    private final double fixed;
    private final double packet;

    /** @param points with viewers, in any order */
    Linearity(List<Point> points) {
        this.points =
                points.stream().sorted(Comparator.comparingInt(Point::viewers)).toList();
        // Weights 1/cpu², so that the errors are relative.
        double w = 0;
        double wx = 0;
        double wy = 0;
        double wxx = 0;
        double wxy = 0;
        for (Point point : points) {
            double weight = 1 / (point.cpu * point.cpu);
            w += weight;
            wx += weight * point.packetsPerSecond;
            wy += weight * point.cpu;
            wxx += weight * point.packetsPerSecond * point.packetsPerSecond;
            wxy += weight * point.packetsPerSecond * point.cpu;
        }
        double spread = w * wxx - wx * wx;
        packet = spread == 0 ? 0 : (w * wxy - wx * wy) / spread;
        fixed = w == 0 ? 0 : (wy - packet * wx) / w;
    }

    /** Of the steps that passed. */
    static Linearity of(List<Capacity.Step> steps) {
        return new Linearity(steps.stream()
                .filter(Capacity.Step::passed)
                .map(step -> new Point(
                        step.viewers(),
                        step.measured().window().packetsPerSecond(),
                        step.measured().serverCpu()))
                .toList());
    }

    /** Whether there are points enough to tell. */
    boolean isKnown() {
        return points.stream().map(Point::viewers).distinct().count() >= LEAST_POINTS;
    }

    /** How far one point is from the line, in percent of the line. */
    double percent(Point point) {
        return 100 * (point.cpu / (fixed + packet * point.packetsPerSecond) - 1);
    }

    /** The farthest that any point is from the line, in percent of it, without a sign. */
    double mostPercent() {
        return points.stream()
                .mapToDouble(point -> Math.abs(percent(point)))
                .max()
                .orElse(0);
    }

    /** What the goal says to it. */
    String value() {
        double most = mostPercent();
        return String.format(
                Locale.ROOT,
                "%s %.0f %% of a line%s",
                most <= MOST_PERCENT ? "within" : "up to",
                most,
                most <= MOST_PERCENT ? "" : " away");
    }

    /** "50 to 2085 viewers", or as far as there are points. */
    String range() {
        return points.getFirst().viewers + " to " + points.getLast().viewers + " viewers";
    }

    /** The line, and each point against it. */
    String note() {
        double dearest = points.stream().mapToDouble(Point::usAPacket).max().orElse(1);
        double cheapest = points.stream().mapToDouble(Point::usAPacket).min().orElse(1);
        return String.format(
                Locale.ROOT,
                "goal: within %d %%; the line: %.1f %% of the core and %.3f µs a packet; µs a packet, and by the line, at %s; the dearest is %.2f x the cheapest",
                MOST_PERCENT,
                fixed * 100,
                packet * 1e6,
                points.stream()
                        .map(point -> String.format(
                                Locale.ROOT, "%d: %.3f (%+.0f %%)", point.viewers, point.usAPacket(), percent(point)))
                        .collect(Collectors.joining(", ")),
                dearest / cheapest);
    }
}
