package io.spillway.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What Safari and its validator hold a low-latency playlist to (H48), over one playlist and over two that follow each other. An independent reader: it shares no code with the writer. */
public final class PlaylistRules {

    private static final List<String> SINGLE = List.of(
            "#EXTM3U",
            "#EXT-X-VERSION",
            "#EXT-X-TARGETDURATION",
            "#EXT-X-SERVER-CONTROL",
            "#EXT-X-PART-INF",
            "#EXT-X-MEDIA-SEQUENCE",
            "#EXT-X-DISCONTINUITY-SEQUENCE");

    /** A part as written. */
    public record APart(double duration, String uri, boolean independent, boolean gap) {}

    /** How a segment is encrypted; all empty where it is not. */
    public record AKey(String method, String uri, String iv) {
        static final AKey NONE = new AKey("", "", "");
    }

    /** A segment as written; without address while it grows. */
    public record ASegment(
            long sequence,
            double duration,
            String uri,
            String map,
            AKey key,
            Instant date,
            boolean discontinuity,
            boolean gap,
            List<APart> parts) {}

    /** Where a part stands; before the first of its segment it is -1. */
    private record Place(long sequence, int part) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            return Comparator.comparingLong(Place::sequence)
                    .thenComparingInt(Place::part)
                    .compare(this, other);
        }
    }

    private static final Place NOWHERE = new Place(-1, -1);

    private final String text;
    private final List<ASegment> segments = new ArrayList<>();
    private final List<APart> open = new ArrayList<>();
    private final long sequence;
    private final long discontinuitySequence;
    private final double partTarget;
    private final int target;
    private final boolean independent;
    private final Map<String, Place> reports = new TreeMap<>();
    private String hint = "";
    private boolean openDiscontinuity;

    private PlaylistRules(String text) {
        this.text = text;
        List<String> lines = text.lines().toList();
        assertEquals("#EXTM3U", lines.getFirst());
        for (String tag : SINGLE) {
            assertEquals(
                    1,
                    lines.stream()
                            .filter(line -> line.equals(tag) || line.startsWith(tag + ":"))
                            .count(),
                    tag);
        }
        sequence = Long.parseLong(value("#EXT-X-MEDIA-SEQUENCE:(\\d+)"));
        discontinuitySequence = Long.parseLong(value("#EXT-X-DISCONTINUITY-SEQUENCE:(\\d+)"));
        partTarget = Double.parseDouble(value("PART-TARGET=([0-9.]+)"));
        target = Integer.parseInt(value("#EXT-X-TARGETDURATION:(\\d+)"));
        independent = lines.contains("#EXT-X-INDEPENDENT-SEGMENTS");
        assertTrue(Integer.parseInt(value("#EXT-X-VERSION:(\\d+)")) >= 9);
        assertTrue(Double.parseDouble(value("PART-HOLD-BACK=([0-9.]+)")) >= 3 * partTarget - 1e-9);
        assertTrue(Double.parseDouble(value("CAN-SKIP-UNTIL=([0-9.]+)")) >= 6 * target);
        assertTrue(value("CAN-BLOCK-RELOAD=([A-Z]+)").equals("YES"));
        read(lines);
    }

    /** Reads a playlist and holds it to the rules that one alone must keep. */
    public static PlaylistRules check(String text) {
        PlaylistRules read = new PlaylistRules(text);
        read.checkAlone();
        return read;
    }

    private String value(String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertTrue(matcher.find(), () -> pattern + " in " + text);
        return matcher.group(1);
    }

    private static String attribute(String line, String name) {
        Matcher matcher = Pattern.compile("[:,]" + name + "=(\"[^\"]*\"|[^,]*)").matcher(line);
        return matcher.find() ? matcher.group(1).replace("\"", "") : "";
    }

    private void read(List<String> lines) {
        List<APart> parts = new ArrayList<>();
        String map = "";
        AKey key = AKey.NONE;
        boolean skipped = false;
        Instant date = Instant.EPOCH;
        boolean discontinuity = false;
        boolean gap = false;
        double duration = 0;
        long next = sequence;
        for (String line : lines) {
            if (line.startsWith("#EXT-X-SKIP:")) {
                next += Long.parseLong(attribute(line, "SKIPPED-SEGMENTS"));
                skipped = true;
            } else if (line.equals("#EXT-X-KEY:METHOD=NONE")) {
                assertTrue(parts.isEmpty(), "H6");
                key = AKey.NONE;
                skipped = false;
            } else if (line.startsWith("#EXT-X-KEY:")) {
                assertTrue(parts.isEmpty(), "H6");
                assertTrue(
                        line.matches("#EXT-X-KEY:METHOD=(AES-128,URI=\"[^\"]+\",IV=0x[0-9a-f]{32}"
                                + "|SAMPLE-AES,URI=\"[^\"]+\",IV=0x[0-9a-f]{32},KEYFORMAT=\"identity\")"),
                        line);
                key = new AKey(
                        attribute(line, "METHOD"),
                        attribute(line, "URI"),
                        attribute(line, "IV").substring(2));
                skipped = false;
            } else if (line.startsWith("#EXT-X-MAP:")) {
                assertTrue(parts.isEmpty(), "H6");
                assertFalse(key.method.equals("AES-128"), "no init segment is encrypted");
                assertTrue(
                        !skipped || !text.contains("#EXT-X-KEY:METHOD=AES"),
                        "a key that was skipped would hold for it");
                map = attribute(line, "URI");
            } else if (line.equals("#EXT-X-DISCONTINUITY")) {
                assertTrue(parts.isEmpty(), "H6");
                discontinuity = true;
            } else if (line.startsWith("#EXT-X-PROGRAM-DATE-TIME:")) {
                assertTrue(parts.isEmpty(), "H6");
                date = Instant.parse(line.substring(line.indexOf(':') + 1));
            } else if (line.startsWith("#EXT-X-PART:")) {
                parts.add(new APart(
                        Double.parseDouble(attribute(line, "DURATION")),
                        attribute(line, "URI"),
                        attribute(line, "INDEPENDENT").equals("YES"),
                        attribute(line, "GAP").equals("YES")));
            } else if (line.equals("#EXT-X-GAP")) {
                gap = true;
            } else if (line.startsWith("#EXTINF:")) {
                duration = Double.parseDouble(line.substring(8, line.length() - 1));
            } else if (line.startsWith("#EXT-X-RENDITION-REPORT:")) {
                reports.put(
                        attribute(line, "URI"),
                        new Place(
                                Long.parseLong(attribute(line, "LAST-MSN")),
                                Integer.parseInt(attribute(line, "LAST-PART"))));
            } else if (line.startsWith("#EXT-X-PRELOAD-HINT:")) {
                assertEquals("", hint, "one hint of a type");
                hint = attribute(line, "URI");
            } else if (!line.startsWith("#")) {
                assertTrue(date.isAfter(Instant.EPOCH), "H14");
                segments.add(
                        new ASegment(next++, duration, line, map, key, date, discontinuity, gap, List.copyOf(parts)));
                parts.clear();
                discontinuity = false;
                gap = false;
                date = Instant.EPOCH;
            }
        }
        open.addAll(parts);
        openDiscontinuity = discontinuity;
    }

    public boolean ended() {
        return text.contains("#EXT-X-ENDLIST");
    }

    public List<ASegment> segments() {
        return segments;
    }

    public long openSequence() {
        return segments.isEmpty() ? sequence : segments.getLast().sequence() + 1;
    }

    private void checkAlone() {
        assertEquals(ended(), hint.isEmpty(), "H8");
        assertTrue(!text.contains("#EXT-X-PLAYLIST-TYPE"), "H17");
        checkWhichParts();
        for (int i = 0; i < segments.size(); i++) {
            ASegment segment = segments.get(i);
            assertTrue(Math.round(segment.duration) <= target, () -> "H2: " + segment);
            checkParts(segment.parts, true);
            if (!segment.parts.isEmpty()) {
                double sum = segment.parts.stream().mapToDouble(APart::duration).sum();
                assertEquals(segment.duration, sum, 0.00001 * (1 + segment.parts.size()), "parts fill their segment");
                boolean decodes = segment.parts.stream()
                        .filter(part -> !part.gap)
                        .findFirst()
                        .map(APart::independent)
                        .orElse(true);
                assertTrue(!independent || decodes, () -> "H16: " + segment);
                assertEquals(segment.gap, segment.parts.stream().allMatch(APart::gap), "H15");
            }
            if (i > 0) {
                double step =
                        (segment.date.toEpochMilli() - segments.get(i - 1).date.toEpochMilli()) / 1000.0;
                assertEquals(segments.get(i - 1).duration, step, 0.0021, "H14: dates follow durations");
            }
        }
        checkParts(open, false);
    }

    /** Of segments within three target durations of the end, and of no others. */
    private void checkWhichParts() {
        double after = open.stream().mapToDouble(APart::duration).sum();
        for (ASegment segment : segments.reversed()) {
            if (!ended() && Math.abs(after - 3 * target) > 0.001) {
                assertEquals(after < 3 * target, !segment.parts.isEmpty(), () -> "H7: " + segment);
            }
            after += segment.duration;
        }
    }

    /** The newest part. */
    private Place last() {
        return open.isEmpty() && !segments.isEmpty()
                ? new Place(
                        segments.getLast().sequence, segments.getLast().parts.size() - 1)
                : new Place(openSequence(), open.size() - 1);
    }

    /** Holds what is reported of the stream's other renditions to their own playlists of the same moment, by name (H10). */
    public void checkReports(String name, Map<String, PlaylistRules> all) {
        Map<String, Place> expected = new TreeMap<>();
        all.forEach((other, rules) -> {
            if (!other.equals(name) && !rules.ended() && rules.last().part() >= 0) {
                expected.put(other + ".m3u8", rules.last());
            }
        });
        assertEquals(expected, reports, "H10");
    }

    /** The same where no two playlists can be had of one moment: no less is reported than those told that came before this one was asked for, and no more than those that were asked for after it came. */
    public void checkReports(String name, Map<String, PlaylistRules> before, Map<String, PlaylistRules> after) {
        Map<String, PlaylistRules> others = new TreeMap<>(before);
        others.remove(name);
        others.forEach((other, rules) -> {
            Place reported = reports.getOrDefault(other + ".m3u8", NOWHERE);
            assertTrue(
                    rules.last().compareTo(reported) <= 0,
                    () -> "H10: " + reported + " of " + other + ", which was at " + rules.last());
            PlaylistRules later = after.get(other);
            assertTrue(
                    later == null || reported.compareTo(later.last()) <= 0,
                    () -> "H10: " + reported + " of " + other + " was not there yet");
        });
    }

    /** Holds a rendition to another one of its stream: the same segments begin within so many seconds of each other (H14, H20), and break alike (H13). */
    public void checkBeside(PlaylistRules other, double apartS) {
        for (ASegment here : segments) {
            for (ASegment there : other.segments) {
                if (here.sequence == there.sequence) {
                    assertEquals(
                            here.date.toEpochMilli() / 1000.0,
                            there.date.toEpochMilli() / 1000.0,
                            apartS,
                            () -> "H14, H20: " + here + " beside " + there);
                    assertEquals(breaks(here), other.breaks(there), () -> "H13: " + here);
                }
            }
        }
    }

    /** Discontinuities up to a segment, as players count them. */
    private long breaks(ASegment upTo) {
        return discontinuitySequence
                + segments.stream()
                        .filter(each -> each.discontinuity && each.sequence <= upTo.sequence)
                        .count();
    }

    /** The directives by which a player asks for what comes next (H21). */
    public String nextDirectives() {
        return "_HLS_msn=" + openSequence() + "&_HLS_part=" + open.size();
    }

    /** Whether two texts of one rendition are of one moment, by what stands at their ends. */
    public static boolean isOfOneMoment(String text, String other) {
        String hint = "#EXT-X-PRELOAD-HINT:";
        return text.contains(hint)
                && other.contains(hint)
                && text.substring(text.indexOf(hint)).equals(other.substring(other.indexOf(hint)));
    }

    private void checkParts(List<APart> parts, boolean whole) {
        for (int i = 0; i < parts.size(); i++) {
            APart part = parts.get(i);
            assertTrue(part.duration <= partTarget + 1e-9, () -> "H4: " + part);
            boolean last = whole && i == parts.size() - 1;
            boolean excused = last || part.independent || part.gap || (i + 1 < parts.size() && parts.get(i + 1).gap);
            boolean newest = !whole && i == parts.size() - 1;
            assertTrue(
                    part.duration >= 0.85 * partTarget - 0.001 || excused || newest,
                    () -> "H4: " + part + " in " + text);
        }
    }

    /** Whether there is nothing in it yet: what it says is no promise then. */
    public boolean isEmpty() {
        return segments.isEmpty() && open.isEmpty();
    }

    public long discontinuitySequence() {
        return discontinuitySequence;
    }

    /** Holds this playlist to what the one before it promised. */
    public void checkAfter(PlaylistRules before) {
        if (before.isEmpty()) {
            assertTrue(segments.isEmpty() || !segments.getFirst().gap, "what has never been there is not missing");
            assertTrue(open.isEmpty() || !segments.isEmpty() || !open.getFirst().gap, "nor is its first part");
            return;
        }
        assertTrue(sequence >= before.sequence, "H11");
        assertTrue(openSequence() >= before.openSequence(), "H19");
        long removedBreaks = before.segments.stream()
                .filter(segment -> segment.sequence < sequence && segment.discontinuity)
                .count();
        assertEquals(before.discontinuitySequence + removedBreaks, discontinuitySequence, "H13");
        for (ASegment segment : segments) {
            before.segments.stream()
                    .filter(each -> each.sequence == segment.sequence)
                    .forEach(known -> {
                        assertEquals(
                                known.uri
                                        + known.duration
                                        + known.map
                                        + known.key
                                        + known.date
                                        + known.discontinuity
                                        + known.gap,
                                segment.uri
                                        + segment.duration
                                        + segment.map
                                        + segment.key
                                        + segment.date
                                        + segment.discontinuity
                                        + segment.gap,
                                "segments never change");
                    });
        }
        if (sequence > before.sequence) {
            assertTrue(segments.size() >= 6, "H11");
            assertTrue(segments.stream().mapToDouble(ASegment::duration).sum() >= 3 * target, "H11");
        }
        // The part hinted at is the next one that came, wherever.
        List<String> all = new ArrayList<>();
        segments.forEach(segment -> segment.parts.forEach(part -> all.add(part.uri)));
        open.forEach(part -> all.add(part.uri));
        List<String> known = new ArrayList<>();
        before.segments.forEach(segment -> segment.parts.forEach(part -> known.add(part.uri)));
        before.open.forEach(part -> known.add(part.uri));
        all.removeAll(known);
        if (!all.isEmpty() && !known.isEmpty()) {
            assertEquals(before.hint, all.getFirst(), "H8");
        }
    }

    /** Holds a delta to the whole playlist it stands for (H27, H28). */
    public void checkDelta(String delta, PlaylistRules before) {
        PlaylistRules short_ = new PlaylistRules(delta);
        List<ASegment> merged = new ArrayList<>();
        long firstNew = short_.segments.isEmpty() ? Long.MAX_VALUE : short_.segments.getFirst().sequence;
        for (long each = short_.sequence; each < firstNew && each < openSequence(); each++) {
            long wanted = each;
            before.segments.stream()
                    .filter(segment -> segment.sequence == wanted)
                    .forEach(merged::add);
        }
        long skipped = delta.contains("#EXT-X-SKIP:") ? firstNew - short_.sequence : 0;
        for (ASegment each : short_.segments) {
            // Said anew: shaka-player remembers nothing of what was skipped.
            assertFalse(each.map.isEmpty(), "H28");
            merged.add(each);
        }
        assertEquals(segments.size(), merged.size(), "H28");
        double after = open.stream().mapToDouble(APart::duration).sum();
        double until = Double.parseDouble(value("CAN-SKIP-UNTIL=([0-9.]+)"));
        for (int i = merged.size() - 1; i >= 0; i--) {
            ASegment whole = segments.get(i);
            // Parts of what is older were known, and need not be any more.
            ASegment expected = i < skipped ? withoutParts(whole) : whole;
            assertEquals(expected, i < skipped ? withoutParts(merged.get(i)) : merged.get(i), "H28");
            assertTrue(i >= skipped || after > until - 0.001, () -> "H28: " + whole);
            after += whole.duration;
        }
        assertEquals(open, short_.open, "H28");
        assertEquals(hint, short_.hint, "H28");
        assertEquals(reports, short_.reports, "H28");
        assertEquals(open.size(), short_.open.size(), "H28");
        assertEquals(openDiscontinuity, short_.openDiscontinuity, "H28");
    }

    private static ASegment withoutParts(ASegment of) {
        return new ASegment(
                of.sequence, of.duration, of.uri, of.map, of.key, of.date, of.discontinuity, of.gap, List.of());
    }
}
