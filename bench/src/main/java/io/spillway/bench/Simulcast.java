package io.spillway.bench;

import io.spillway.testkit.client.Chromium;
import io.spillway.testkit.client.DistantViewer;
import io.spillway.testkit.client.SpillwayProcess;
import io.spillway.testkit.client.Tab;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What real browsers get of three sizes over lines of three widths: one publishes simulcast, three watch, each in a network of its own behind a
 * shaped line. The widest line narrows for a while and widens again. Needs root.
 */
final class Simulcast {

    private static final Path JAR = Path.of("..", "server", "target", "spillway", "spillway.jar");
    private static final long PATIENCE_MS = 60_000;
    private static final long LOOK_MS = 100;

    /** A layer is reached when it is shown for this long. */
    private static final long STEADY_MS = 3_000;

    private static final List<Integer> LINES_KBPS = List.of(5_000, 600, 250);

    private static final String NOW = """
        __spillway.now().then(({ video: v }) => v === null ? 'nothing' : `${v.codec} ${v.framesDecoded} decoded, ${v.framesDropped} dropped,\
         ${v.keyframesDecoded} keyframes, ${v.freezes} freezes, ${v.plis} PLI, ${v.nacks} NACK, ${v.repairedPackets} repaired`)\
        """;

    /** How far the sound is ahead of the picture, by the publisher's clock as the browser tells it: the median of so many looks. */
    private static final int SOUND_LOOKS = 21;

    private static final String SOUND_AHEAD =
            "__spillway.now().then(({ video, audio }) => audio.senderClockMs - video.senderClockMs)";

    private static final int FOLLOWED_SECONDS = 20;

    /** Of the last second, and how late the picture is by its clock. */
    private static final String SOUND_AND_PICTURE = """
        (({ video: v, audio: a }) => `sound ahead ${Math.round(a.senderClockMs - v.senderClockMs)}, buffer of sound ${Math.round(a.jitterBufferMs)}, of\
         picture ${Math.round(v.jitterBufferMs)} ms, ${Math.round(v.framesPerSecond)} fps, ${Math.round(__spillway.latencyMs)} ms late by\
         ${__spillway.latencySource}`)(__spillway.stats)\
        """;

    private final PrintStream out;
    private final SpillwayProcess server;
    private final Chromium publishing;
    private final List<DistantViewer> viewers;
    private final String layers;
    private final int height;
    private final boolean traced;

    /** Of the three sizes, the largest first. */
    private final List<Integer> widths;

    private Simulcast(
            PrintStream out,
            SpillwayProcess server,
            Chromium publishing,
            List<DistantViewer> viewers,
            String layers,
            int height,
            boolean traced) {
        this.out = out;
        this.server = server;
        this.publishing = publishing;
        this.viewers = viewers;
        this.layers = layers;
        this.height = height;
        int width = height * 16 / 9;
        this.widths = List.of(width, width / 2, width / 4);
        this.traced = traced;
    }

    public static void main(String[] commandLine) {
        Arguments arguments = new Arguments(List.of(commandLine));
        int kbps = arguments.number("bitrate", 1_600);
        String layers = arguments.text("layers", "simulcast");
        int height = arguments.number("size", 540);
        boolean traced = arguments.number("trace", 0) != 0;
        List<DistantViewer> viewers = new ArrayList<>();
        try (SpillwayProcess server = SpillwayProcess.startJar(JAR, Map.of());
                Chromium publishing = Chromium.launch()) {
            for (int i = 0; i < LINES_KBPS.size(); i++) {
                viewers.add(DistantViewer.open());
            }
            Figures.printMachine(System.out, publishing.version());
            Simulcast simulcast = new Simulcast(System.out, server, publishing, viewers, layers, height, traced);
            List<String> codecs = layers.equals("svc") ? List.of("VP9") : List.of("VP8", "H264", "VP9", "AV1");
            for (String codec : arguments.words(codecs)) {
                simulcast.measure(codec, kbps);
            }
            Figures.printMachine(System.out, publishing.version());
        } finally {
            viewers.forEach(DistantViewer::close);
        }
    }

    private void measure(String codec, int kbps) {
        String stream = "three-" + codec;
        List<Tab> tabs = new ArrayList<>();
        try (Tab publisher = publishing.newPage()) {
            publisher.open(server.url("/publish/" + stream + "?size=" + height + "&layers=" + layers + "&bitrate="
                    + kbps + "&codec=" + codec));
            publisher.page().click("#start");
            publisher.waitFor("__spillway.state === 'live'", PATIENCE_MS);
            publisher.waitFor(
                    "(__spillway.stats?.video?.layers ?? []).filter((l) => l.width > 0).length === "
                            + (layers.equals("svc") ? 1 : 3),
                    PATIENCE_MS);
            for (int i = 0; i < viewers.size(); i++) {
                viewers.get(i).narrow(LINES_KBPS.get(i));
            }
            for (DistantViewer viewer : viewers) {
                tabs.add(viewer.open(server, "/watch/" + stream));
            }
            long[] reachedMs = await(tabs, widths);
            Tab wide = tabs.get(0);
            follow(wide, "calm");
            String sound = soundAheadMs(wide);
            viewers.get(0).narrow(LINES_KBPS.get(1));
            long downMs = await(List.of(wide), List.of(widths.get(1)))[0];
            follow(wide, "narrowed");
            sound += ", " + soundAheadMs(wide);
            viewers.get(0).narrow(LINES_KBPS.get(0));
            long upMs = await(List.of(wide), List.of(widths.get(0)))[0];
            follow(wide, "widened");
            sound += ", " + soundAheadMs(wide);
            out.printf(
                    "%s %s, %d kbit/s published as %s%n",
                    codec,
                    layers,
                    kbps,
                    publisher.text("__spillway.stats.video.layers.map((l) => `${l.width}x${l.height}"
                            + " ${Math.round(l.bitrateBps / 1000)} kbit/s ${Math.round(l.framesPerSecond)} fps"
                            + " ${l.encoder} ${l.scalability} ${l.limitedBy}`).join('; ')"));
            for (int i = 0; i < tabs.size(); i++) {
                out.printf(
                        "  %5d kbit/s  %d wide after %d ms%s; %s%n",
                        LINES_KBPS.get(i),
                        widths.get(i),
                        reachedMs[i],
                        i > 0
                                ? ""
                                : ", narrowed after " + downMs + " ms, widened after " + upMs + " ms, sound ahead by "
                                        + sound + " ms",
                        tabs.get(i).text(NOW));
            }
            publisher.page().click("#stop");
        } finally {
            tabs.forEach(Tab::close);
        }
    }

    /** Traced, tells of sound and picture second by second. */
    private void follow(Tab tab, String when) {
        for (int i = 0; traced && i < FOLLOWED_SECONDS; i++) {
            tab.watchFor(1_000);
            out.println("    " + when + " " + i + " s: " + tab.text(SOUND_AND_PICTURE));
        }
    }

    private static String soundAheadMs(Tab tab) {
        double[] seen = new double[SOUND_LOOKS];
        for (int i = 0; i < SOUND_LOOKS; i++) {
            tab.watchFor(LOOK_MS);
            seen[i] = tab.number(SOUND_AHEAD);
        }
        Arrays.sort(seen);
        return String.format(
                "%.0f (%.0f–%.0f)", seen[SOUND_LOOKS / 2], seen[SOUND_LOOKS / 4], seen[3 * SOUND_LOOKS / 4]);
    }

    /** Milliseconds until each shows its width and goes on to; -1 where it does not in time. */
    private long[] await(List<Tab> tabs, List<Integer> widths) {
        long beganNs = System.nanoTime();
        long[] sinceMs = new long[tabs.size()];
        Arrays.fill(sinceMs, -1);
        long lastMs = -1;
        while (true) {
            long nowMs = (System.nanoTime() - beganNs) / 1_000_000;
            boolean all = true;
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < tabs.size(); i++) {
                int width = (int) tabs.get(i).number("document.getElementById('video').videoWidth");
                boolean there = width == widths.get(i);
                sinceMs[i] = !there ? -1 : sinceMs[i] < 0 ? nowMs : sinceMs[i];
                all &= there && nowMs - sinceMs[i] >= STEADY_MS;
                line.append(width).append(' ');
            }
            if (traced && nowMs / 1_000 != lastMs) {
                lastMs = nowMs / 1_000;
                out.println("    " + nowMs + " ms: " + line);
            }
            if (all || nowMs > PATIENCE_MS) {
                return sinceMs;
            }
            tabs.get(0).watchFor(LOOK_MS);
        }
    }
}
