package io.spillway.testkit.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/** The {@code ffmpeg} and {@code ffprobe} programs of the jar that testkit carries, unpacked once into {@code target/ffmpeg}. */
final class FfmpegProgram {

    private static final String JAR = "/clients/ffmpeg-linux-x86_64.jar";
    private static final String FOLDER_IN_JAR = "org/bytedeco/ffmpeg/linux-x86_64/";
    private static final Pattern WANTED = Pattern.compile("ffmpeg|ffprobe|lib[a-z-]+\\.so\\.\\d+");
    private static final Pattern MISSING_LIBRARY = Pattern.compile("shared libraries: (\\S+?):");
    private static final long PROBE_TIMEOUT_MS = 20_000;

    /** Debian packages of the libraries that the programs need and the jar does not bring. */
    private static final Map<String, String> PACKAGES = Map.of(
            "libpulse.so.0", "libpulse0",
            "libxcb.so.1", "libxcb1",
            "libxcb-shm.so.0", "libxcb-shm0",
            "libxcb-shape.so.0", "libxcb-shape0",
            "libxcb-xfixes.so.0", "libxcb-xfixes0",
            "libasound.so.2", "libasound2",
            "libudev.so.1", "libudev1");

    private static @Nullable FfmpegProgram unpacked;

    private final Path folder;

    private FfmpegProgram(Path folder) {
        this.folder = folder;
    }

    /** The programs, unpacked and proved to start. @throws IllegalStateException saying what to install when they do not */
    static synchronized FfmpegProgram unpacked() {
        if (unpacked == null) {
            FfmpegProgram program =
                    new FfmpegProgram(Path.of("target", "ffmpeg").toAbsolutePath());
            program.unpack();
            program.probe();
            unpacked = program;
        }
        return unpacked;
    }

    Path ffmpeg() {
        return folder.resolve("ffmpeg");
    }

    Path ffprobe() {
        return folder.resolve("ffprobe");
    }

    Map<String, String> environment() {
        return Map.of("LD_LIBRARY_PATH", folder.toString());
    }

    private void unpack() {
        try (InputStream jar = FfmpegProgram.class.getResourceAsStream(JAR)) {
            if (jar == null) {
                throw new IllegalStateException("testkit was built without ffmpeg (" + JAR
                        + " is not there): build it without -DskipTests, on Linux x86_64");
            }
            Files.createDirectories(folder);
            ZipInputStream zip = new ZipInputStream(jar);
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.getName().startsWith(FOLDER_IN_JAR)) {
                    String name = entry.getName().substring(FOLDER_IN_JAR.length());
                    if (WANTED.matcher(name).matches()) {
                        place(zip, folder.resolve(name));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("ffmpeg cannot be unpacked into " + folder, e);
        }
    }

    /** Writes beside and moves into place: another test process may be running the same file. */
    private static void place(InputStream in, Path file) throws IOException {
        if (Files.exists(file)) {
            return;
        }
        Path part = Files.createTempFile(file.getParent(), "part-", "");
        Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
        if (!part.toFile().setExecutable(true)) {
            throw new IOException(part + " cannot be made executable");
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void probe() {
        try (Child child =
                Child.start("ffmpeg", List.of(ffmpeg().toString(), "-hide_banner", "-muxers"), environment(), folder)) {
            if (child.awaitExit(PROBE_TIMEOUT_MS) == 0 && child.log().contains(" whip ")) {
                return;
            }
            Matcher missing = MISSING_LIBRARY.matcher(child.log());
            if (missing.find()) {
                String library = missing.group(1);
                throw new IllegalStateException("ffmpeg lacks " + library + ". On Debian: apt-get install "
                        + PACKAGES.getOrDefault(library, "the package that holds " + library));
            }
            throw new IllegalStateException("ffmpeg does not start or knows no WHIP:\n" + child.log());
        }
    }
}
