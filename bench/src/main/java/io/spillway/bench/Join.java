package io.spillway.bench;

import io.spillway.testkit.client.FfmpegWhip;
import io.spillway.testkit.client.FfmpegWhip.Source;
import io.spillway.testkit.client.Tab;
import java.io.PrintStream;
import java.util.List;

/**
 * Join time: from the viewer's POST to the first frame that its browser decoded and shows. Viewers come one after another, each in a fresh
 * profile, and leave before the next. A viewer without a picture within 30 s counts as bad.
 */
final class Join {

    /** Ten seconds at 30 frames: nearly every viewer comes in the middle of a group, and this publisher makes no keyframe on request. */
    private static final int LONG_GROUP = 300;

    /** So long that the first viewer, too, comes in the middle of a group. */
    private static final long WARM_UP_MS = 4_000;

    private static final long FFMPEG_PATIENCE_MS = 30_000;

    private Join() {}

    public static void main(String[] commandLine) {
        Arguments arguments = new Arguments(List.of(commandLine));
        int joins = arguments.number("joins", 50);
        PrintStream out = System.out;
        try (Stage stage = Stage.open()) {
            Figures.printMachine(out, stage.browserVersion());
            Figures.printHead(out, "join, publisher");
            for (String publisher : arguments.words(List.of("chromium", "ffmpeg"))) {
                switch (publisher) {
                    case "chromium" -> behindChromium(stage, joins).printRow(out, "chromium H264");
                    case "ffmpeg" -> behindFfmpeg(stage, joins).printRow(out, "ffmpeg -g " + LONG_GROUP);
                    default -> throw new IllegalArgumentException("chromium or ffmpeg, not " + publisher);
                }
            }
            Figures.printMachine(out, stage.browserVersion());
        }
    }

    private static Figures behindChromium(Stage stage, int joins) {
        try (Tab publisher = stage.publish("codec=H264&size=360&bitrate=900")) {
            publisher.watchFor(WARM_UP_MS);
            Figures figures = join(stage, joins);
            publisher.page().click("#stop");
            return figures;
        }
    }

    private static Figures behindFfmpeg(Stage stage, int joins) {
        try (FfmpegWhip publisher = FfmpegWhip.start(stage.whipUrl(), Source.small(LONG_GROUP))) {
            publisher.awaitSending(FFMPEG_PATIENCE_MS);
            try (Tab first = stage.watch()) {
                first.watchFor(WARM_UP_MS);
            }
            Figures figures = join(stage, joins);
            publisher.endCleanly();
            return figures;
        }
    }

    private static Figures join(Stage stage, int joins) {
        Figures figures = new Figures();
        for (int i = 0; i < joins; i++) {
            try (Tab viewer = stage.watch()) {
                figures.add(viewer.number("__spillway.joinMs"));
            } catch (AssertionError e) {
                System.err.println(e.getMessage());
                figures.add(Double.NaN);
            }
        }
        return figures;
    }
}
