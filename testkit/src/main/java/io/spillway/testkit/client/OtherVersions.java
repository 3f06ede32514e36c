package io.spillway.testkit.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** Libraries of versions that nobody here knows, made of those that there are: whole, loadable, and not what is wanted. */
public final class OtherVersions {

    /** Of OpenH264: none has so high a number. */
    public static final int MINOR = 99;

    private static final Pattern OPENH264 = Pattern.compile("(/\\S*libopenh264\\S*?(\\d+)\\.(\\d+)\\.(\\d+)\\S*)");

    private static final Pattern LIBAV = Pattern.compile("(.*/lib(?:av|sw)[a-z]+\\.so\\.)(\\d+)");

    private OtherVersions() {}

    /**
     * A copy of the OpenH264 that a process has loaded, which calls itself 2.{@value MINOR}.
     *
     * @throws IllegalStateException when it has loaded none whose file's name ends with its version, or that holds the version but once
     */
    public static Path openH264(long processId, Path folder) throws IOException {
        Matcher found;
        try (Stream<String> maps = Files.lines(Path.of("/proc/" + processId + "/maps"))) {
            found = maps.map(OPENH264::matcher)
                    .filter(Matcher::find)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("process " + processId + " has no OpenH264"));
        }
        byte[] library = Files.readAllBytes(Path.of(found.group(1)));
        ByteBuffer version = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 2; i <= 4; i++) {
            version.putInt(Integer.parseInt(found.group(i)));
        }
        int at = indexOf(library, version.array(), 0);
        if (at < 0 || indexOf(library, version.array(), at + 1) >= 0) {
            throw new IllegalStateException(found.group(1) + " does not hold its version once");
        }
        library[at + 4] = MINOR;
        return Files.write(folder.resolve("libopenh264.so." + MINOR), library);
    }

    private static int indexOf(byte[] all, byte[] wanted, int from) {
        for (int i = from; i <= all.length - wanted.length; i++) {
            int same = 0;
            while (same < wanted.length && all[i + same] == wanted[same]) {
                same++;
            }
            if (same == wanted.length) {
                return i;
            }
        }
        return -1;
    }

    /** A jar of FFmpeg's libraries in which each has the number of a version before: what binds them to Java finds none that it was made for. */
    public static void ffmpeg(Path jar, Path to) throws IOException {
        try (ZipInputStream in = new ZipInputStream(Files.newInputStream(jar));
                ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(to))) {
            out.setLevel(Deflater.NO_COMPRESSION);
            for (ZipEntry each = in.getNextEntry(); each != null; each = in.getNextEntry()) {
                Matcher library = LIBAV.matcher(each.getName());
                out.putNextEntry(new ZipEntry(
                        library.matches()
                                ? library.group(1) + (Integer.parseInt(library.group(2)) - 1)
                                : each.getName()));
                in.transferTo(out);
                out.closeEntry();
            }
        }
    }
}
