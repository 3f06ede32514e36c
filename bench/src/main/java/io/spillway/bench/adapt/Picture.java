package io.spillway.bench.adapt;

import io.spillway.sfu.session.Scenario;
import io.spillway.sfu.session.Watcher;
import io.spillway.sfu.session.Watcher.Sample;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** A scenario over time as SVG: rates above, layers in the middle, loss below; a second viewer's lines are dashed. */
final class Picture {

    private static final int WIDTH = 860;
    private static final int LEFT = 44;
    private static final int RIGHT = 12;
    private static final Band RATES = new Band(40, 170);
    private static final Band LAYERS = new Band(230, 44);
    private static final Band LOSS = new Band(294, 44);
    private static final int HEIGHT = 368;
    private static final int POINTS = 130;
    private static final double MOST_BPS = 10e6;

    private static final String STYLE = """
        <style>
        text{font:11px system-ui,sans-serif;fill:#333}.t{font-weight:600;font-size:13px}
        .g{stroke:#ddd}.bg{fill:#fff}polyline{fill:none;stroke-width:1.6}
        .link{stroke:#888;stroke-dasharray:5 3}.est{stroke:#0a62c4}.got{stroke:#0a8a4a}.other{stroke:#a45ad0}
        .layer{stroke:#c35a00}.loss{stroke:#c4162a}.second{stroke-dasharray:2 3}
        @media(prefers-color-scheme:dark){text{fill:#ddd}.g{stroke:#3a3f46}.bg{fill:#15181c}
        .link{stroke:#999}.est{stroke:#62a8ff}.got{stroke:#46d08a}.other{stroke:#c99bf0}.layer{stroke:#ff9d4d}.loss{stroke:#ff6b78}}
        </style>
        """;

    /** Where on the page a scale from 0 up lies. */
    private record Band(int top, int height) {

        double y(double value, double most) {
            return top + height - height * Math.clamp(value / most, 0, 1);
        }
    }

    private final StringBuilder svg = new StringBuilder();
    private final long endMs;

    private Picture(long endMs) {
        this.endMs = endMs;
    }

    static String of(Scenario scenario) {
        var picture = new Picture(scenario.playedMs());
        picture.draw(scenario);
        return picture.svg.toString();
    }

    private void draw(Scenario scenario) {
        List<Watcher> viewers = scenario.watchers();
        List<Sample> first = scenario.first().samples();
        double linkBps = first.stream().mapToLong(Sample::linkBps).max().orElse(0);
        double estimateBps = first.stream().mapToLong(Sample::estimateBps).max().orElse(0);
        double mostBps = linkBps > 0 ? 1.4 * linkBps : Math.min(MOST_BPS, 1.1 * estimateBps);
        double mostLoss =
                Math.max(0.1, first.stream().mapToDouble(Sample::loss).max().orElse(0));

        svg.append(String.format(
                Locale.ROOT, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\">\n", WIDTH, HEIGHT));
        svg.append(STYLE).append("<rect class=\"bg\" width=\"100%\" height=\"100%\"/>\n");
        text(LEFT, 18, "t", scenario.name() + ": " + scenario.conditions());
        legend(linkBps > 0, first.stream().anyMatch(each -> each.otherBps() > 0));
        grid(RATES, "Mbps", mostBps / 1e6, step(mostBps / 1e6));
        grid(LAYERS, "layer", 2, 1);
        grid(LOSS, "lost %", 100 * mostLoss, mostLoss > 0.2 ? 25 : 5);
        for (int second = 0; second <= endMs / 1_000; second += 10) {
            text(x(second * 1_000L) - 6, HEIGHT - 10, "", second + (second == 0 ? " s" : ""));
        }
        if (linkBps > 0) {
            line("link", first, RATES, Sample::linkBps, mostBps);
        }
        if (first.stream().anyMatch(each -> each.otherBps() > 0)) {
            line("other", first, RATES, Sample::otherBps, mostBps);
        }
        for (int i = 0; i < viewers.size(); i++) {
            String which = i == 0 ? "" : " second";
            List<Sample> samples = viewers.get(i).samples();
            line("got" + which, samples, RATES, Sample::arrivedBps, mostBps);
            line("est" + which, samples, RATES, Sample::estimateBps, mostBps);
            steps("layer" + which, samples);
            line("loss" + which, samples, LOSS, Sample::loss, mostLoss);
        }
        svg.append("</svg>\n");
    }

    private void legend(boolean limited, boolean shared) {
        int at = WIDTH - 330;
        if (shared) {
            at = key(at - 80, "other", "download");
        }
        if (limited) {
            at = key(at, "link", "link");
        }
        at = key(at, "est", "estimate");
        key(at, "got", "arrived");
    }

    private int key(int at, String style, String name) {
        svg.append(String.format(Locale.ROOT, "<polyline class=\"%s\" points=\"%d,30 %d,30\"/>", style, at, at + 18));
        text(at + 22, 34, "", name);
        return at + 84;
    }

    private void grid(Band band, String unit, double most, double step) {
        for (double value = 0; value <= most + 1e-9; value += step) {
            double y = band.y(value, most);
            svg.append(String.format(Locale.ROOT, "<path class=\"g\" d=\"M%d %.1fH%d\"/>", LEFT, y, WIDTH - RIGHT));
            text(20, y + 4, "", value == Math.rint(value) ? String.valueOf((int) value) : String.valueOf(value));
        }
        text(2, band.top() - 6, "", unit);
    }

    private static double step(double most) {
        return most > 8 ? 2 : most > 3 ? 1 : 0.5;
    }

    /** Means of equal spans, so that a picture stays small. */
    private void line(String style, List<Sample> samples, Band band, ToDoubleFunction<Sample> value, double most) {
        int span = Math.max(1, samples.size() / POINTS);
        svg.append("<polyline class=\"").append(style).append("\" points=\"");
        for (int from = 0; from + span <= samples.size(); from += span) {
            double mean = samples.subList(from, from + span).stream()
                    .mapToDouble(value)
                    .average()
                    .orElse(0);
            point(samples.get(from).atMs(), band.y(mean, most));
        }
        svg.append("\"/>\n");
    }

    /** A line for each time with a picture. */
    private void steps(String style, List<Sample> samples) {
        String begin = "<polyline class=\"" + style + "\" points=\"";
        svg.append(begin);
        int layer = -1;
        for (int i = 0; i < samples.size(); i++) {
            Sample sample = samples.get(i);
            boolean last = i == samples.size() - 1;
            if (sample.layer() != layer || last) {
                if (layer >= 0) {
                    point(sample.atMs(), LAYERS.y(layer, 2));
                    svg.append(sample.layer() < 0 ? "\"/>\n" + begin : "");
                }
                layer = sample.layer();
                if (layer >= 0) {
                    point(sample.atMs(), LAYERS.y(layer, 2));
                }
            }
        }
        svg.append("\"/>\n");
    }

    private void point(long atMs, double y) {
        svg.append(String.format(Locale.ROOT, "%.0f,%.0f ", x(atMs), y));
    }

    private double x(long atMs) {
        return LEFT + (double) (WIDTH - LEFT - RIGHT) * atMs / endMs;
    }

    private void text(double x, double y, String style, String words) {
        String kind = style.isEmpty() ? "" : " class=\"" + style + "\"";
        svg.append(String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\"%s>", x, y, kind))
                .append(words.replace("&", "&amp;").replace("<", "&lt;"))
                .append("</text>\n");
    }
}
