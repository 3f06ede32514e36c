package io.spillway.recorder.mux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What Safari and its validator hold a playlist of a whole movie to, by ranges of files (RFC 8216bis §4.4, §6.2). An independent reader: it shares no code with the writer. */
record VodRules(Path folder, String text, List<ASegment> segments) {

    /** A range of a file. */
    record ARange(long bytes, long at) {}

    /** A segment as written. */
    record ASegment(
            double duration, String uri, ARange range, ARange map, Instant date, int discontinuity, long decodeTicks) {}

    private static final Pattern RANGE = Pattern.compile("(\\d+)@(\\d+)");

    private static ARange range(String text) {
        Matcher matcher = RANGE.matcher(text);
        assertTrue(matcher.matches(), text);
        return new ARange(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
    }

    private static String attribute(String line, String name) {
        Matcher matcher = Pattern.compile("[:,]" + name + "=(\"[^\"]*\"|[^,]*)").matcher(line);
        assertTrue(matcher.find(), () -> name + " in " + line);
        return matcher.group(1).replace("\"", "");
    }

    /** Reads a playlist and holds it, and the bytes it names, to the rules. */
    static VodRules check(Path folder, String name) throws IOException {
        String text = Files.readString(folder.resolve(name));
        List<ASegment> segments = new ArrayList<>();
        int discontinuity = 0;
        ARange map = null;
        ARange range = null;
        Instant date = null;
        double duration = 0;
        for (String line : text.lines().toList()) {
            if (line.equals("#EXT-X-DISCONTINUITY")) {
                discontinuity++;
            } else if (line.startsWith("#EXT-X-MAP:")) {
                map = range(attribute(line, "BYTERANGE"));
            } else if (line.startsWith("#EXT-X-BYTERANGE:")) {
                range = range(line.substring(17));
            } else if (line.startsWith("#EXT-X-PROGRAM-DATE-TIME:")) {
                date = Instant.parse(line.substring(25));
            } else if (line.startsWith("#EXTINF:")) {
                duration = Double.parseDouble(line.substring(8, line.length() - 1));
            } else if (!line.startsWith("#")) {
                assertTrue(duration > 0, () -> line + " in " + text);
                ByteBuffer bytes = bytes(folder.resolve(line), Objects.requireNonNull(range, text));
                segments.add(new ASegment(
                        duration,
                        line,
                        range,
                        Objects.requireNonNull(map, text),
                        Objects.requireNonNull(date, text),
                        discontinuity,
                        decodeTicks(bytes)));
                range = null;
                duration = 0;
            }
        }
        VodRules rules = new VodRules(folder, text, segments);
        rules.check();
        return rules;
    }

    private static ByteBuffer bytes(Path file, ARange range) throws IOException {
        ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(file));
        assertTrue(range.at() + range.bytes() <= all.limit(), () -> range + " of " + file);
        return all.slice((int) range.at(), (int) range.bytes());
    }

    private static String type(ByteBuffer bytes, int at) {
        byte[] type = new byte[4];
        bytes.get(at + 4, type);
        return new String(type, StandardCharsets.US_ASCII);
    }

    /** Of the first fragment: {@code tfdt} behind {@code mfhd} and {@code tfhd}, as CMAF has them. */
    private static long decodeTicks(ByteBuffer bytes) {
        assertEquals("moof", type(bytes, 0));
        int at = 8 + bytes.getInt(8) + 8;
        at += bytes.getInt(at);
        assertEquals("tfdt", type(bytes, at));
        return bytes.getLong(at + 12);
    }

    boolean isOfKeys() {
        return text.contains("#EXT-X-I-FRAMES-ONLY\n");
    }

    double seconds() {
        return segments.stream().mapToDouble(ASegment::duration).sum();
    }

    private void check() throws IOException {
        List<String> lines = text.lines().toList();
        assertEquals("#EXTM3U", lines.getFirst());
        assertEquals("#EXT-X-ENDLIST", lines.getLast());
        assertTrue(lines.contains("#EXT-X-PLAYLIST-TYPE:VOD"));
        assertTrue(lines.contains("#EXT-X-VERSION:7"));
        Matcher target = Pattern.compile("#EXT-X-TARGETDURATION:(\\d+)\n").matcher(text);
        assertTrue(target.find());
        for (ASegment segment : segments) {
            assertTrue(Math.round(segment.duration) <= Integer.parseInt(target.group(1)), segment.toString());
            ByteBuffer map = bytes(folder.resolve(segment.uri), segment.map);
            assertEquals("ftyp", type(map, 0));
            assertEquals("moov", type(map, map.getInt(0)));
            assertEquals(map.limit(), map.getInt(0) + map.getInt(map.getInt(0)), "an init segment and nothing else");
            ByteBuffer media = bytes(folder.resolve(segment.uri), segment.range);
            int at = 0;
            String before = "mdat";
            while (at < media.limit()) {
                assertEquals(before.equals("mdat") ? "moof" : "mdat", type(media, at), text);
                before = type(media, at);
                at += media.getInt(at);
            }
            // Of a key the range ends with its picture, in the midst of its fragment.
            assertTrue(isOfKeys() ? at >= media.limit() : at == media.limit(), segment.toString());
            assertEquals("mdat", before);
        }
        for (int i = 1; i < segments.size(); i++) {
            ASegment last = segments.get(i - 1);
            ASegment next = segments.get(i);
            assertTrue(next.decodeTicks > last.decodeTicks, "one timeline");
            if (next.discontinuity == last.discontinuity) {
                double step = (next.date.toEpochMilli() - last.date.toEpochMilli()) / 1000.0;
                assertEquals(last.duration, step, 0.0021, "dates follow durations");
            }
        }
    }
}
