package io.spillway.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.spillway.hls.ladder.Colours;
import io.spillway.hls.ladder.VideoDecoder;
import io.spillway.hls.ladder.VideoEncoder;
import io.spillway.hls.libav.LibavDecoder;
import io.spillway.hls.openh264.OpenH264;
import io.spillway.media.mp4.VideoFormat;
import io.spillway.testkit.client.FfmpegTool;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Megapixels a second and core. "alone" is the C program over OpenH264, "ours" the encoder as the server uses it, on the same pictures and with the same settings. "ladder" decodes VP8 of 1280x720, scales it to those
 * pictures and encodes them in every rung. All of it in each round, in turn, every second round the other way round; a ratio is of one round. What came out must be the same to the byte count.
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
    private final OperatingSystemMXBean process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final OpenH264 library = OpenH264.load("");
    private final VideoDecoder.Factory decoders = LibavDecoder.load();
    private final Rounds rounds = new Rounds();
    private final List<LadderPass.Size> sizes;
    private final int pictures;
    private final int passes;

    private Ladder(List<LadderPass.Size> sizes, int pictures, int passes) {
        this.sizes = sizes;
        this.pictures = pictures;
        this.passes = passes;
    }

    public static void main(String[] words) throws IOException {
        Arguments arguments = new Arguments(List.of(words));
        List<LadderPass.Size> sizes = arguments.words(List.of("720", "480", "360")).stream()
                .map(Integer::parseInt)
                .map(height -> new LadderPass.Size(wide(height), height))
                .toList();
        new Ladder(sizes, arguments.number("seconds", 5) * FRAMES_A_SECOND, arguments.number("passes", 9)).measure();
    }

    private static int wide(int height) {
        return (int) Math.round((double) height * WIDTH / HEIGHT / 2) * 2;
    }

    /** As the server's rungs. */
    private static int bitrateBps(int width, int height) {
        return (int) (2_500_000 * Math.pow((double) height * width / (WIDTH * HEIGHT), 0.75));
    }

    private VideoEncoder open(int width, int height) {
        return library.open(width, height, bitrateBps(width, height), COLOURS);
    }

    private static Path raw(LadderPass.Size size) {
        return FOLDER.resolve("raw-" + size.height() + ".yuv");
    }

    private double megapixels(LadderPass.Size size) {
        return (double) size.width() * size.height() * pictures / 1e6;
    }

    private void measure() throws IOException {
        Files.createDirectories(FOLDER);
        List<byte[]> frames = source();
        writePictures(frames);
        System.out.printf(
                Locale.ROOT,
                "OpenH264 %s, %d pictures a pass, %d passes, %d CPUs, load %.1f; Mpx/s and core: median, least, most%n",
                library.version(),
                pictures,
                passes,
                process.getAvailableProcessors(),
                process.getSystemLoadAverage());
        try (Arena arena = Arena.ofConfined();
                Alone alone = new Alone()) {
            List<MemorySegment> pixels = new ArrayList<>();
            for (LadderPass.Size size : sizes) {
                try (FileChannel channel = FileChannel.open(raw(size))) {
                    MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
                    mapped.load();
                    pixels.add(mapped);
                }
            }
            // One more, which is not counted: caches and compilers.
            for (int i = 0; i <= passes; i++) {
                new Round(frames, pixels, alone).run(i % 2 == 1);
            }
        }
        rounds.print(System.out);
        System.out.printf(Locale.ROOT, "load %.1f%n", process.getSystemLoadAverage());
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
    private void writePictures(List<byte[]> frames) throws IOException {
        for (LadderPass.Size size : sizes) {
            try (VideoDecoder decoder = decoders.open(SOURCE);
                    OutputStream file = new BufferedOutputStream(Files.newOutputStream(raw(size)), 1 << 20)) {
                for (byte[] frame : frames) {
                    decoder.decode(frame, 0, _ -> {});
                    RawPictures.write(file, decoder.picture(size.width(), size.height()));
                }
            }
        }
    }

    /** The C program, of each size and of all; none where it was not built. */
    private final class Alone implements AutoCloseable {

        private final List<OpenH264Alone> programs = new ArrayList<>();

        Alone() throws IOException {
            String program = System.getenv().getOrDefault("BENCH_OPENH264", "");
            if (program.isEmpty()) {
                System.out.println("no C program, no ratio: install gcc");
                return;
            }
            List<OpenH264Alone.Size> all = sizes.stream()
                    .map(size -> new OpenH264Alone.Size(
                            size.width(), size.height(), bitrateBps(size.width(), size.height()), raw(size)))
                    .toList();
            for (OpenH264Alone.Size size : all) {
                programs.add(new OpenH264Alone(program, library.file(), List.of(size)));
            }
            programs.add(new OpenH264Alone(program, library.file(), all));
        }

        /** Of the size at {@code index}, or of all of them behind the last. */
        OpenH264Alone.Pass pass(int index) throws IOException {
            return programs.isEmpty()
                    ? new OpenH264Alone.Pass(Double.NaN, -1)
                    : programs.get(index).pass();
        }

        @Override
        public void close() throws IOException {
            for (OpenH264Alone program : programs) {
                program.close();
            }
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    /** All that is measured, once. */
    private final class Round {

        private final List<byte[]> frames;
        private final List<MemorySegment> pixels;
        private final Alone alone;
        private final OpenH264Alone.Pass[] there = new OpenH264Alone.Pass[sizes.size() + 1];
        private final OpenH264Alone.Pass[] here = new OpenH264Alone.Pass[sizes.size()];
        private LadderPass.Cost ladder = new LadderPass.Cost(0, 0, 0, 0, 0);
        private double processSeconds;

        Round(List<byte[]> frames, List<MemorySegment> pixels, Alone alone) {
            this.frames = frames;
            this.pixels = pixels;
            this.alone = alone;
        }

        void run(boolean otherWay) throws IOException {
            List<Step> steps = new ArrayList<>();
            for (int i = 0; i < sizes.size(); i++) {
                int index = i;
                steps.add(() -> there[index] = alone.pass(index));
                steps.add(() -> here[index] = encode(sizes.get(index), pixels.get(index)));
            }
            steps.add(() -> there[sizes.size()] = alone.pass(sizes.size()));
            steps.add(this::transcode);
            for (Step step : otherWay ? steps.reversed() : steps) {
                step.run();
            }
            tell();
        }

        private OpenH264Alone.Pass encode(LadderPass.Size size, MemorySegment all) {
            long bytes = 0;
            long beganNs = threads.getCurrentThreadCpuTime();
            try (VideoEncoder encoder = open(size.width(), size.height())) {
                for (int i = 0; i < pictures; i++) {
                    VideoEncoder.Frame frame = encoder.encode(
                            RawPictures.at(all, i, size.width(), size.height()), i % GOP == 0, i * 100L / 3);
                    bytes += frame.data().length;
                }
            }
            return new OpenH264Alone.Pass((threads.getCurrentThreadCpuTime() - beganNs) / 1e9, bytes);
        }

        private void transcode() {
            long beganNs = process.getProcessCpuTime();
            ladder = new LadderPass(sizes, Ladder.this::open, GOP).run(decoders, SOURCE, frames);
            processSeconds = (process.getProcessCpuTime() - beganNs) / 1e9;
        }

        private void tell() throws IOException {
            double megapixels = 0;
            double apart = 0;
            long bytes = 0;
            for (int i = 0; i < sizes.size(); i++) {
                LadderPass.Size size = sizes.get(i);
                same(here[i].bytes(), there[i].bytes());
                rounds.add(size.height() + " alone", megapixels(size) / there[i].seconds());
                rounds.add(size.height() + " ours", megapixels(size) / here[i].seconds());
                rounds.add(size.height() + " ratio", there[i].seconds() / here[i].seconds());
                megapixels += megapixels(size);
                apart += there[i].seconds();
                bytes += here[i].bytes();
            }
            OpenH264Alone.Pass inTurn = there[sizes.size()];
            same(ladder.bytes(), bytes);
            same(bytes, inTurn.bytes());
            double all = ladder.allNs() / 1e9;
            double encoding = ladder.encodingNs() / 1e9;
            rounds.add("ladder", megapixels / all);
            rounds.add("alone", megapixels / apart);
            rounds.add("alone, in turn", megapixels / inTurn.seconds());
            rounds.add("ladder ratio", apart / all);
            rounds.add("ladder ratio, in turn", inTurn.seconds() / all);
            rounds.add("ladder ratio, process", apart / processSeconds);
            rounds.add("encoding ratio", apart / encoding);
            rounds.add("encoding ratio, in turn", inTurn.seconds() / encoding);
            rounds.add("decoding share", ladder.decodingNs() / 1e9 / all);
            rounds.add("scaling share", ladder.scalingNs() / 1e9 / all);
            rounds.add("encoding share", encoding / all);
            rounds.add("ladder streams", pictures / (double) FRAMES_A_SECOND / all);
        }

        /** Otherwise not the same work was compared. */
        private static void same(long bytes, long beside) throws IOException {
            if (beside >= 0 && bytes != beside) {
                throw new IOException("not the same came out: " + bytes + " and " + beside + " bytes");
            }
        }
    }
}
