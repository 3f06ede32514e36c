package io.spillway.bench;

import io.spillway.testkit.client.Tab;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/**
 * Glass-to-glass latency, Chromium to Chromium over the server: the time between drawing a clock into the picture that is published and the
 * moment the viewer's browser shows that picture. Each shown frame is one sample. Both browsers share the machine's clock.
 */
final class Glass {

    /** The jitter buffer and the sender's rate control settle in this time. */
    private static final long WARM_UP_MS = 5_000;

    /** hls.js comes nearer by playing a tenth faster, from up to three seconds behind. */
    private static final long HLS_WARM_UP_MS = 25_000;

    private static final Map<Integer, Integer> BITRATES_KBPS = Map.of(360, 900, 720, 2_500, 1080, 4_000);

    /** Reads every frame by the page's own reader for a time, and gives the latencies, null for a frame without a readable clock. */
    private static final String READ_FRAMES = """
            async (durationMs) => {
              const { readClocks } = await import('/assets/clock.js');
              const read = [];
              const end = readClocks(document.getElementById('video'), ({ latencyMs }) => read.push(Number.isNaN(latencyMs) ? null : latencyMs));
              await new Promise((over) => setTimeout(over, durationMs));
              end();
              return read;
            }
            """;

    private Glass() {}

    public static void main(String[] commandLine) {
        Arguments arguments = new Arguments(List.of(commandLine));
        int seconds = arguments.number("seconds", 30);
        int size = arguments.number("size", 360);
        boolean hls = arguments.text("via", "whep").equals("hls");
        PrintStream out = System.out;
        try (Stage stage = Stage.open()) {
            Figures.printMachine(out, stage.browserVersion());
            Figures.printHead(out, "glass to glass, " + size + "p" + (hls ? ", HLS" : ""));
            for (String codec : arguments.words(List.of("H264", "VP8"))) {
                measure(stage, codec, size, seconds, hls).printRow(out, codec);
            }
            Figures.printMachine(out, stage.browserVersion());
        }
    }

    private static Figures measure(Stage stage, String codec, int size, int seconds, boolean hls) {
        String query = "codec=" + codec + "&size=" + size + "&bitrate=" + BITRATES_KBPS.getOrDefault(size, 2_500);
        Figures figures = new Figures();
        try (Tab publisher = stage.publish(query);
                Tab viewer = hls ? stage.watchByHls() : stage.watch()) {
            viewer.watchFor(hls ? HLS_WARM_UP_MS : WARM_UP_MS);
            String playing = hls
                    ? viewer.text("__spillway.via")
                    : viewer.text("__spillway.now().then((stats) => stats.video?.codec)");
            if (!playing.equals(hls ? "LL-HLS" : codec)) {
                throw new IllegalStateException("asked for " + codec + " but " + playing + " plays");
            }
            if (viewer.eval(READ_FRAMES, seconds * 1_000) instanceof List<?> read) {
                read.forEach(each -> figures.add(each instanceof Number ms ? ms.doubleValue() : Double.NaN));
            }
            publisher.page().click("#stop");
        }
        return figures;
    }
}
