package io.spillway.sfu.session;

import io.spillway.sfu.ViewerLink;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/** One viewer of a {@link Scenario} and what it saw, by milliseconds of the scenario. */
public final class Watcher {

    private static final long MS = 1_000_000L;

    /** Share of a layer's rate that its packets' headers add. */
    private static final double OVERHEAD = 1.06;

    /**
     * How it stood at one moment.
     *
     * @param linkBps bits a second that the link carries, 0 for any number, or for nothing during a cut
     * @param queueNs how long a packet would wait for the link
     * @param estimateBps what the server believes that the viewer's network carries
     * @param arrivedBps RTP that came to the viewer since the sample before, repairs and probes among it
     * @param otherBps what came of a download behind the same link
     * @param layer the layer that came last, 0 the smallest, -1 before any and while the picture is paused
     * @param loss share of packets lost lately before repair, as the server knows it
     */
    public record Sample(
            long atMs,
            long linkBps,
            long queueNs,
            long estimateBps,
            long arrivedBps,
            long otherBps,
            int layer,
            double loss) {}

    final AdaptiveViewer viewer;
    private final InetSocketAddress address;
    private final List<Sample> samples = new ArrayList<>();
    private long startNs;
    private long bytesBefore;
    private long probeBytes;
    private long joinedNs;

    Watcher(AdaptiveViewer viewer, InetSocketAddress address) {
        this.viewer = viewer;
        this.address = address;
    }

    void begin(long connectedNs, long scenarioStartNs) {
        joinedNs = connectedNs;
        startNs = scenarioStartNs;
    }

    InetSocketAddress address() {
        return address;
    }

    void sample(long spanNs, long atMs, long linkBps, long queueNs, long otherBps, ViewerLink known) {
        long arrivedBps = (viewer.bytes - bytesBefore) * 8_000_000_000L / spanNs;
        bytesBefore = viewer.bytes;
        probeBytes = known.probeBytes();
        samples.add(new Sample(
                atMs,
                linkBps,
                queueNs,
                known.estimateBps(),
                arrivedBps,
                otherBps,
                known.paused() ? -1 : viewer.layer(),
                known.lossFraction()));
    }

    /** Ten a second since it joined. */
    public List<Sample> samples() {
        return List.copyOf(samples);
    }

    /** When it was connected. */
    public long joinedMs() {
        return (joinedNs - startNs) / MS;
    }

    /** Changes of layer the viewer saw from one time to another, pauses and their ends among them, the first picture not. */
    public int switches(long fromMs, long toMs) {
        int pauses = 0;
        for (int i = 1; i < samples.size(); i++) {
            boolean changed = samples.get(i).layer() < 0 != samples.get(i - 1).layer() < 0;
            pauses += changed && isIn(samples.get(i), fromMs, toMs) ? 1 : 0;
        }
        long layers = viewer.changes.stream()
                .skip(1)
                .filter(change -> isWithin(change.atNs(), fromMs, toMs))
                .count();
        return pauses + (int) layers;
    }

    /** Milliseconds after {@code fromMs} when the viewer got that layer for good, until {@code toMs}; -1 for never. */
    public long settledAfterMs(int layer, long fromMs, long toMs) {
        if (layer < 0) {
            long lastMs = samples.stream()
                    .filter(each -> isIn(each, fromMs, toMs) && each.layer() >= 0)
                    .mapToLong(Sample::atMs)
                    .max()
                    .orElse(fromMs);
            return lastMs - fromMs;
        }
        int at = -1;
        long sinceMs = -1;
        for (AdaptiveViewer.Change change : viewer.changes) {
            long changeMs = toMs(change.atNs());
            if (changeMs < toMs) {
                at = change.layer();
                sinceMs = Math.max(0, changeMs - fromMs);
            }
        }
        return at == layer ? sinceMs : -1;
    }

    /** Share of what a layer takes that arrived, repairs and probes among it. */
    public double utilisation(int layer, long fromMs, long toMs) {
        return arrivedBps(fromMs, toMs) / (SimulcastPublisher.RATES_BPS[layer] * OVERHEAD);
    }

    /** Mean of what arrived, bits a second. */
    public double arrivedBps(long fromMs, long toMs) {
        return mean(Sample::arrivedBps, fromMs, toMs);
    }

    /** Mean of what came of the download beside it, bits a second. */
    public double otherBps(long fromMs, long toMs) {
        return mean(Sample::otherBps, fromMs, toMs);
    }

    private double mean(ToLongFunction<Sample> of, long fromMs, long toMs) {
        return samples.stream()
                .filter(each -> isIn(each, fromMs, toMs))
                .mapToLong(of)
                .average()
                .orElse(0);
    }

    /** The highest layer that it had from one time to another. */
    public int highestLayer(long fromMs, long toMs) {
        return samples.stream()
                .filter(each -> isIn(each, fromMs, toMs))
                .mapToInt(Sample::layer)
                .max()
                .orElse(-1);
    }

    /** Packets of sound that never came. */
    public long soundMissing(long fromMs, long toMs) {
        return viewer.soundMissing(startNs + fromMs * MS, startNs + toMs * MS);
    }

    /** The lowest layer that it had from one time to another. */
    public int lowestLayer(long fromMs, long toMs) {
        return samples.stream()
                .filter(each -> isIn(each, fromMs, toMs))
                .mapToInt(Sample::layer)
                .min()
                .orElse(-1);
    }

    /** Times the picture stood still, in milliseconds. */
    public List<Long> freezesMs(long fromMs, long toMs) {
        return viewer.freezes.stream()
                .filter(each -> isWithin(each.atNs(), fromMs, toMs))
                .map(each -> each.durationNs() / MS)
                .toList();
    }

    /** Milliseconds from then until the next picture is shown, -1 for never. */
    public long pictureAfterMs(long fromMs) {
        return viewer.shownNs.stream().mapToLong(this::toMs).filter(each -> each >= fromMs).findFirst().stream()
                .map(each -> each - fromMs)
                .findFirst()
                .orElse(-1);
    }

    /** Share of the packets that never came, repair included. */
    public double residualLoss() {
        return (double) viewer.lostForGood / Math.max(1, viewer.packets + viewer.lostForGood);
    }

    /** Milliseconds from a request to the packet that answers it. */
    public double repairMs(double quantile) {
        List<Long> sorted = viewer.repairNs.stream().sorted().toList();
        return sorted.isEmpty() ? 0 : sorted.get((int) (quantile * (sorted.size() - 1))) / (double) MS;
    }

    /** Bytes that the server sent it for nothing but probing. */
    public long probeBytes() {
        return probeBytes;
    }

    /** Packets that came after a request for them. */
    public int repairs() {
        return viewer.repairNs.size();
    }

    /** Milliseconds that packets would have waited for the link, by quantile of the samples. */
    public double queueMs(double quantile) {
        List<Long> sorted = samples.stream().map(Sample::queueNs).sorted().toList();
        return sorted.isEmpty() ? 0 : sorted.get((int) (quantile * (sorted.size() - 1))) / (double) MS;
    }

    private static boolean isIn(Sample sample, long fromMs, long toMs) {
        return sample.atMs() >= fromMs && sample.atMs() < toMs;
    }

    private boolean isWithin(long atNs, long fromMs, long toMs) {
        return atNs >= startNs + fromMs * MS && atNs < startNs + toMs * MS;
    }

    private long toMs(long atNs) {
        return (atNs - startNs) / MS;
    }

    @Override
    public String toString() {
        StringBuilder told = new StringBuilder("layers ");
        viewer.changes.forEach(change -> told.append(change.layer())
                .append('@')
                .append(toMs(change.atNs()))
                .append(' '));
        told.append("freezes ");
        viewer.freezes.forEach(freeze -> told.append(freeze.durationNs() / MS)
                .append('@')
                .append(toMs(freeze.atNs()))
                .append(' '));
        told.append(String.format(
                Locale.ROOT,
                "residual %.4f%% of %d, repeated in vain %d, repair p50 %.0f p99 %.0f ms (%d), probes %d kB, keyframes"
                        + " asked %d, queue p95 %.0f ms, estimate",
                100 * residualLoss(),
                viewer.packets,
                viewer.duplicates,
                repairMs(0.5),
                repairMs(0.99),
                viewer.repairNs.size(),
                probeBytes / 1000,
                viewer.keyframesAsked,
                queueMs(0.95)));
        for (int i = 0; i < samples.size(); i += Math.max(1, samples.size() / 60)) {
            told.append(' ').append(samples.get(i).estimateBps() / 1000);
        }
        return told.toString();
    }
}
