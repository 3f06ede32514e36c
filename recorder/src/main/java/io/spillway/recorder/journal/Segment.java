package io.spillway.recorder.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The files that a journal consists of, {@code 000000.journal} and on, and how entries lie in them. {@code docs/journal.md} is the reference.
 *
 * <pre>
 *  +0 "SPILLWAY"   8        then entries, one behind the other:
 *  +8 version      2         +0 length of the body  4
 * +10 reserved     2         +4 its CRC-32C         4
 * +12 number       4         +8 the body
 * +16 reserved    12
 * +28 CRC-32C      4
 * </pre>
 */
final class Segment {

    static final int VERSION = 1;

    static final int HEADER_BYTES = 32;

    /** Length and checksum. */
    static final int FRAME_BYTES = 8;

    /** A segment is read whole; what is larger was not written here. */
    private static final long MAX_BYTES = 256L << 20;

    private static final byte[] MAGIC = "SPILLWAY".getBytes(StandardCharsets.US_ASCII);
    private static final int CRC_AT = 28;
    private static final Pattern NAME = Pattern.compile("[0-9]{6}\\.journal");

    private Segment() {}

    static Path file(Path folder, int number) {
        return folder.resolve(String.format(Locale.ROOT, "%06d.journal", number));
    }

    /** A journal's segments in order; empty when there are none, or no folder. */
    static List<Path> list(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(
                            each -> NAME.matcher(each.getFileName().toString()).matches())
                    .sorted()
                    .toList();
        } catch (UncheckedIOException unreadable) {
            throw unreadable.getCause();
        }
    }

    static int number(Path file) {
        return Integer.parseInt(file.getFileName().toString().substring(0, 6));
    }

    static ByteBuffer header(int number) {
        ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES).put(MAGIC).putShort((short) VERSION);
        out.putInt(12, number);
        return out.putInt(CRC_AT, crc(out, 0, CRC_AT)).rewind();
    }

    /** Version of the header that these bytes begin with; 0 when they begin with none. */
    static int version(ByteBuffer segment) {
        if (segment.limit() < HEADER_BYTES
                || !segment.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))
                || segment.getInt(CRC_AT) != crc(segment, 0, CRC_AT)) {
            return 0;
        }
        return segment.getShort(8) & 0xFFFF;
    }

    static ByteBuffer read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            if (channel.size() > MAX_BYTES) {
                throw new IOException(file + " has " + channel.size() + " bytes; a segment has at most " + MAX_BYTES);
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) channel.size());
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
            return bytes.flip();
        }
    }

    /** Bytes of the whole entry at a place, its frame included; 0 when there is none. */
    static int entryBytes(ByteBuffer segment, int at) {
        if (segment.limit() - at < FRAME_BYTES + EntryFormat.HEAD_BYTES) {
            return 0;
        }
        int length = segment.getInt(at);
        if (length < EntryFormat.HEAD_BYTES
                || length > EntryFormat.MAX_BYTES
                || length > segment.limit() - at - FRAME_BYTES) {
            return 0;
        }
        return segment.getInt(at + 4) == crc(segment, at + FRAME_BYTES, length) ? FRAME_BYTES + length : 0;
    }

    /** The entry at a place where {@link #entryBytes} found one; null when its content is none. */
    static @Nullable Entry entry(ByteBuffer segment, int at, int bytes) {
        return EntryFormat.read(segment.slice(at + FRAME_BYTES, bytes - FRAME_BYTES));
    }

    static int crc(ByteBuffer bytes, int at, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(at, length));
        return (int) crc.getValue();
    }
}
