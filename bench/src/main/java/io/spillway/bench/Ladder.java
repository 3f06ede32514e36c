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
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Megapixels a second and core. "alone" is the C program over OpenH264, "ours" the encoder as the server uses it, on the same pictures and with the same settings. "ladder" decodes VP8 of 1280x720, scales it to those
 * pictures and encodes them in every rung. All in turn; a ratio is of one pass.
 */
final class Ladder {

    private static final Colours COLOURS = new Colours(2, 2, 2, false);
    private static final int WIDTH = 1280;
    private static final int HEIGHT = 720;
    private static final int FRAMES_A_SECOND = 30;
    private static final int GOP = 30;
    private static final VideoFormat SOURCE =
            new VideoFormat("vp08", WIDTH, HEIGHT, "vp08.00.10.08", "vpcC", new byte[12]);
    private static final Path FOLDER = Path.of("target", "ladder");

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final OpenH264 library = OpenH264.load("");
    private final VideoDecoder.Factory decoders = LibavDecoder.load();
    private final Map<String, List<Double>> rows = new LinkedHashMap<>();
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
        ladder.measure(heights);
    }

    private static int wide(int height) {
        return (int) Math.round((double) height * WIDTH / HEIGHT / 2) * 2;
    }

    /** As the server's rungs. */
    private static int bitrateBps(int height) {
        return (int) (2_500_000 * Math.pow((double) height * wide(height) / (WIDTH * HEIGHT), 0.75));
    }

    private double megapixels(int height) {
        return (double) wide(height) * height * pictures / 1e6;
    }

    private void measure(List<Integer> heights) throws IOException {
        List<byte[]> frames = source();
        writePictures(frames, heights);
        String program = System.getenv().getOrDefault("BENCH_OPENH264", "");
        List<Rung> rungs = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            for (int height : heights) {
                Path raw = raw(height);
                try (FileChannel channel = FileChannel.open(raw)) {
                    MemorySegment pixels = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
                    pixels.load();
                    Reference reference = program.isEmpty()
                            ? null
                            : new Reference(program, library.file(), wide(height), height, raw);
                    rungs.add(new Rung(height, pixels, reference));
                }
            }
            for (int pass = -1; pass < passes; pass++) {
                pass(rungs, frames);
                if (pass < 0) {
                    rows.clear();
                }
            }
        } finally {
            for (Rung rung : rungs) {
                rung.close();
            }
        }
        rows.forEach(Ladder::print);
    }

    private void pass(List<Rung> rungs, List<byte[]> frames) throws IOException {
        double megapixels = 0;
        double aloneSeconds = 0;
        for (Rung rung : rungs) {
            double size = megapixels(rung.height);
            double there = rung.reference == null ? Double.NaN : rung.reference.passSeconds();
            double here = encodeSeconds(rung.pixels, wide(rung.height), rung.height);
            row(rung.height + " alone", size / there);
            row(rung.height + " ours", size / here);
            row(rung.height + " ratio", there / here);
            megapixels += size;
            aloneSeconds += there;
        }
        long[] encodingNs = {0};
        double seconds =
                ladderSeconds(frames, rungs.stream().map(each -> each.height).toList(), encodingNs);
        row("ladder", megapixels / seconds);
        row("ladder alone", megapixels / aloneSeconds);
        row("ladder ratio", aloneSeconds / seconds);
        row("ladder encoding ratio", aloneSeconds / (encodingNs[0] / 1e9));
        row("ladder encoding share", encodingNs[0] / 1e9 / seconds);
        row("ladder streams", pictures / (double) FRAMES_A_SECOND / seconds);
    }

    private void row(String name, double value) {
        rows.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
    }

    private static Path raw(int height) {
        return FOLDER.resolve("raw-" + height + ".yuv");
    }

    /** A picture that moves everywhere, with the noise of a camera, as a browser sends it. */
    private List<byte[]> source() throws IOException {
        Path file = FOLDER.resolve("source.ivf");
        FfmpegTool.ffmpeg(
                "-y",
                "-f",
                "lavfi",
                "-i",
                "testsrc2=size=" + WIDTH + "x" + HEIGHT + ":rate=" + FRAMES_A_SECOND + ",noise=alls=8:allf=t",
                "-frames:v",
                Integer.toString(pictures),
                "-pix_fmt",
                "yuv420p",
                "-c:v",
                "libvpx",
                "-deadline",
                "realtime",
                "-cpu-used",
                "8",
                "-b:v",
                "3M",
                file.toString());
        List<byte[]> frames = new ArrayList<>();
        ByteBuffer ivf = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        ivf.position(32);
        while (ivf.hasRemaining()) {
            byte[] frame = new byte[ivf.getInt()];
            ivf.getLong();
            ivf.get(frame);
            frames.add(frame);
        }
        return frames;
    }

    /** What each rung is given to encode, as the server's decoder and scaler make it. */
    private void writePictures(List<byte[]> frames, List<Integer> heights) throws IOException {
        List<OutputStream> files = new ArrayList<>();
        try (VideoDecoder decoder = decoders.open(SOURCE)) {
            for (int height : heights) {
                files.add(new BufferedOutputStream(Files.newOutputStream(raw(height)), 1 << 20));
            }
            for (byte[] frame : frames) {
                decoder.decode(frame, 0, _ -> {});
                for (int i = 0; i < heights.size(); i++) {
                    Picture picture = decoder.picture(wide(heights.get(i)), heights.get(i));
                    int wide = picture.width();
                    int high = picture.height();
                    write(files.get(i), picture.y(), picture.lumaStride(), wide, high);
                    write(files.get(i), picture.u(), picture.chromaStride(), wide / 2, high / 2);
                    write(files.get(i), picture.v(), picture.chromaStride(), wide / 2, high / 2);
                }
            }
        } finally {
            for (OutputStream file : files) {
                file.close();
            }
        }
    }

    @SuppressWarnings("restricted") // rows of a picture that the decoder lends
    private static void write(OutputStream file, long address, int stride, int wide, int high) throws IOException {
        MemorySegment plane = MemorySegment.ofAddress(address).reinterpret((long) stride * high);
        for (int row = 0; row < high; row++) {
            file.write(plane.asSlice((long) row * stride, wide).toArray(ValueLayout.JAVA_BYTE));
        }
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

    /** Decoding, scaling and encoding of all rungs; {@code encodingNs} gets the last's part. */
    private double ladderSeconds(List<byte[]> frames, List<Integer> heights, long[] encodingNs) {
        long beganNs = threads.getCurrentThreadCpuTime();
        List<VideoEncoder> encoders = new ArrayList<>();
        heights.forEach(each -> encoders.add(library.open(wide(each), each, bitrateBps(each), COLOURS)));
        try (VideoDecoder decoder = decoders.open(SOURCE)) {
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
        return (threads.getCurrentThreadCpuTime() - beganNs) / 1e9;
    }

    private static void print(String name, List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        System.out.printf(
                Locale.ROOT,
                "%-22s %8.3f %8.3f %8.3f%n",
                name,
                sorted.get(sorted.size() / 2),
                Collections.min(sorted),
                Collections.max(sorted));
    }

    /** One size, its pictures, and the C program that encodes them. */
    private record Rung(
            int height, MemorySegment pixels, @Nullable Reference reference) implements AutoCloseable {

        @Override
        public void close() throws IOException {
            if (reference != null) {
                reference.close();
            }
        }
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
