package io.spillway.bench;

import com.sun.management.ThreadMXBean;
import io.spillway.hls.ladder.Colours;
import io.spillway.hls.ladder.Picture;
import io.spillway.hls.ladder.VideoDecoder;
import io.spillway.hls.ladder.VideoEncoder;
import io.spillway.hls.libav.LibavDecoder;
import io.spillway.hls.openh264.OpenH264;
import io.spillway.media.mp4.VideoFormat;
import io.spillway.testkit.client.FfmpegTool;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Megapixels a second and core. "alone" is the C program over OpenH264, "ours" the encoder as the server uses it, on the same raw pictures and with the same settings, in turn. "ladder" decodes VP8 of 1280x720, scales
 * it and encodes every rung: what comes out, and which part of the time was encoding.
 */
final class Ladder {

    private static final Colours COLOURS = new Colours(2, 2, 2, false);
    private static final int WIDTH = 1280;
    private static final int HEIGHT = 720;
    private static final int FRAMES_A_SECOND = 30;
    private static final int GOP = 30;
    private static final Path FOLDER = Path.of("target", "ladder");

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final OpenH264 library = OpenH264.load("");
    private final int pictures;
    private final int passes;

    private Ladder(int pictures, int passes) {
        this.pictures = pictures;
        this.passes = passes;
    }

    public static void main(String[] words) throws IOException {
        Arguments arguments = new Arguments(List.of(words));
        Ladder ladder = new Ladder(arguments.number("seconds", 5) * FRAMES_A_SECOND, arguments.number("passes", 9));
        List<Integer> heights = arguments.words(List.of("720", "480", "360")).stream()
                .map(Integer::parseInt)
                .toList();
        Files.createDirectories(FOLDER);
        System.out.printf(
                Locale.ROOT,
                "OpenH264 %s, %d pictures a pass, %d passes; Mpx/s and core: median, least, most%n",
                ladder.library.version(),
                ladder.pictures,
                ladder.passes);
        for (int height : heights) {
            ladder.compare(height);
        }
        ladder.whole(heights);
    }

    private static int wide(int height) {
        return (int) Math.round((double) height * WIDTH / HEIGHT / 2) * 2;
    }

    /** As the server's rungs. */
    private static int bitrateBps(int height) {
        return (int) (2_500_000 * Math.pow((double) height * wide(height) / (WIDTH * HEIGHT), 0.75));
    }

    /** A picture that moves everywhere, with the noise of a camera. */
    private List<String> source(int width, int height) {
        return List.of(
                "-y",
                "-f",
                "lavfi",
                "-i",
                "testsrc2=size=" + width + "x" + height + ":rate=" + FRAMES_A_SECOND + ",noise=alls=8:allf=t",
                "-frames:v",
                Integer.toString(pictures),
                "-pix_fmt",
                "yuv420p");
    }

    private void compare(int height) throws IOException {
        int width = wide(height);
        Path raw = FOLDER.resolve("raw-" + height + ".yuv");
        List<String> make = new ArrayList<>(source(width, height));
        make.addAll(List.of("-f", "rawvideo", raw.toString()));
        FfmpegTool.ffmpeg(make.toArray(String[]::new));
        double megapixels = (double) width * height * pictures / 1e6;
        List<Double> alone = new ArrayList<>();
        List<Double> ours = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        String program = System.getenv().getOrDefault("BENCH_OPENH264", "");
        try (Arena arena = Arena.ofConfined();
                FileChannel channel = FileChannel.open(raw);
                Reference reference =
                        program.isEmpty() ? null : new Reference(program, library.file(), width, height, raw)) {
            MemorySegment pixels = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            pixels.load();
            for (int pass = -1; pass < passes; pass++) {
                double there = reference == null ? Double.NaN : megapixels / reference.passSeconds();
                double here = megapixels / encodeSeconds(pixels, width, height);
                if (pass >= 0) {
                    alone.add(there);
                    ours.add(here);
                    ratios.add(here / there);
                }
            }
        }
        print(height + " alone", alone);
        print(height + " ours", ours);
        print(height + " ratio", ratios);
    }

    private double encodeSeconds(MemorySegment pixels, int width, int height) {
        long size = (long) width * height * 3 / 2;
        long beganNs = threads.getCurrentThreadCpuTime();
        try (VideoEncoder encoder = library.open(width, height, bitrateBps(height), COLOURS)) {
            for (int i = 0; i < pictures; i++) {
                long at = pixels.address() + i * size;
                Picture picture = new Picture(
                        width,
                        height,
                        at,
                        at + (long) width * height,
                        at + (long) width * height * 5 / 4,
                        width,
                        width / 2);
                encoder.encode(picture, i % GOP == 0, i * 100L / 3);
            }
        }
        return (threads.getCurrentThreadCpuTime() - beganNs) / 1e9;
    }

    /** Decoding, scaling and encoding of all rungs. */
    private void whole(List<Integer> heights) throws IOException {
        Path file = FOLDER.resolve("source.ivf");
        List<String> make = new ArrayList<>(source(WIDTH, HEIGHT));
        make.addAll(
                List.of("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "3M", file.toString()));
        FfmpegTool.ffmpeg(make.toArray(String[]::new));
        List<byte[]> frames = new ArrayList<>();
        ByteBuffer ivf = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        ivf.position(32);
        while (ivf.hasRemaining()) {
            byte[] frame = new byte[ivf.getInt()];
            ivf.getLong();
            ivf.get(frame);
            frames.add(frame);
        }
        double megapixels =
                heights.stream().mapToDouble(each -> (double) each * wide(each)).sum() * frames.size() / 1e6;
        List<Double> rates = new ArrayList<>();
        List<Double> encoding = new ArrayList<>();
        List<Double> streams = new ArrayList<>();
        VideoFormat format = new VideoFormat("vp08", WIDTH, HEIGHT, "vp08.00.10.08", "vpcC", new byte[12]);
        for (int pass = -1; pass < passes; pass++) {
            long[] encodingNs = {0};
            long beganNs = threads.getCurrentThreadCpuTime();
            List<VideoEncoder> encoders = new ArrayList<>();
            heights.forEach(each -> encoders.add(library.open(wide(each), each, bitrateBps(each), COLOURS)));
            try (VideoDecoder decoder = LibavDecoder.load().open(format)) {
                for (int i = 0; i < frames.size(); i++) {
                    decoder.decode(frames.get(i), i, number -> {
                        for (int rung = 0; rung < heights.size(); rung++) {
                            Picture picture = decoder.picture(wide(heights.get(rung)), heights.get(rung));
                            long beforeNs = threads.getCurrentThreadCpuTime();
                            encoders.get(rung).encode(picture, number % GOP == 0, number * 100 / 3);
                            encodingNs[0] += threads.getCurrentThreadCpuTime() - beforeNs;
                        }
                    });
                }
            }
            encoders.forEach(VideoEncoder::close);
            double seconds = (threads.getCurrentThreadCpuTime() - beganNs) / 1e9;
            if (pass >= 0) {
                rates.add(megapixels / seconds);
                encoding.add(encodingNs[0] / 1e9 / seconds);
                streams.add(frames.size() / (double) FRAMES_A_SECOND / seconds);
            }
        }
        print("ladder", rates);
        print("ladder encoding", encoding);
        print("ladder streams", streams);
    }

    private static void print(String name, List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        System.out.printf(
                Locale.ROOT,
                "%-18s %8.3f %8.3f %8.3f%n",
                name,
                sorted.get(sorted.size() / 2),
                Collections.min(sorted),
                Collections.max(sorted));
    }

    /** The C program: a line in is a pass, a line out its CPU time. */
    private static final class Reference implements AutoCloseable {

        private final BufferedReader out;
        private final BufferedWriter in;

        Reference(String program, String library, int width, int height, Path raw) throws IOException {
            Process process = new ProcessBuilder(
                            program,
                            library,
                            Integer.toString(width),
                            Integer.toString(height),
                            Integer.toString(bitrateBps(height)),
                            raw.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            out = process.inputReader();
            in = process.outputWriter();
        }

        double passSeconds() throws IOException {
            in.write("\n");
            in.flush();
            String line = out.readLine();
            if (line == null) {
                throw new IOException("the C reference ended");
            }
            return Long.parseLong(line.substring(0, line.indexOf(' '))) / 1e9;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
