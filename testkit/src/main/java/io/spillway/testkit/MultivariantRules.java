package io.spillway.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What Safari and its validator hold a multivariant playlist to (H38 to H40, H48). An independent reader: it shares no code with the writer. */
public final class MultivariantRules {

    /** What real peaks and means may go beyond what is told (H38). */
    private static final double PEAK = 1.25;

    private static final double MEAN = 1.1;

    /** What a rendition takes, bits a second. */
    public record Rate(double peakBps, double meanBps) {
        private Rate plus(Rate other) {
            return new Rate(peakBps + other.peakBps, meanBps + other.meanBps);
        }
    }

    /** A choice as written; {@code group} is empty without. */
    private record Variant(String uri, long peakBps, long meanBps, Set<String> codecs, String group, boolean picture) {}

    /** A member of a group. */
    private record Sound(String name, String uri) {}

    private final List<Variant> variants = new ArrayList<>();
    private final Map<String, List<Sound>> groups = new TreeMap<>();

    private MultivariantRules(String text) {
        List<String> lines = text.lines().toList();
        assertEquals("#EXTM3U", lines.getFirst());
        assertEquals(
                1,
                lines.stream()
                        .filter(line -> line.startsWith("#EXT-X-VERSION:"))
                        .count());
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.startsWith("#EXT-X-MEDIA:")) {
                readGroup(line);
            } else if (line.startsWith("#EXT-X-STREAM-INF:")) {
                readVariant(line, lines.get(++i));
            } else {
                assertTrue(
                        line.matches("#EXTM3U|#EXT-X-VERSION:\\d+|#EXT-X-INDEPENDENT-SEGMENTS"),
                        () -> line + " in " + text);
            }
        }
    }

    /** Reads one and holds it to all that needs no media. */
    public static MultivariantRules check(String text) {
        MultivariantRules read = new MultivariantRules(text);
        read.checkChoices();
        return read;
    }

    private static String attribute(String line, String name) {
        Matcher matcher = Pattern.compile("[:,]" + name + "=(\"[^\"]*\"|[^,]*)").matcher(line);
        return matcher.find() ? matcher.group(1).replace("\"", "") : "";
    }

    private void readGroup(String line) {
        assertEquals("AUDIO", attribute(line, "TYPE"));
        assertEquals("YES", attribute(line, "DEFAULT"), line);
        assertEquals("YES", attribute(line, "AUTOSELECT"), line);
        assertTrue(attribute(line, "CHANNELS").matches("[12]"), line);
        groups.computeIfAbsent(attribute(line, "GROUP-ID"), _ -> new ArrayList<>())
                .add(new Sound(attribute(line, "NAME"), relative(attribute(line, "URI"))));
    }

    private void readVariant(String line, String uri) {
        long peakBps = Long.parseLong(attribute(line, "BANDWIDTH"));
        long meanBps = Long.parseLong(attribute(line, "AVERAGE-BANDWIDTH"));
        assertTrue(0 < meanBps && meanBps <= peakBps, line);
        Set<String> codecs = new TreeSet<>(List.of(attribute(line, "CODECS").split(",", -1)));
        assertTrue(
                codecs.stream()
                        .allMatch(
                                each -> each.matches("avc1\\.[0-9A-Fa-f]{6}|(hvc1|vp09|av01)\\..+|mp4a\\.40\\.2|opus")),
                line);
        boolean picture = codecs.stream().anyMatch(each -> !each.matches("mp4a.*|opus"));
        assertEquals(picture, attribute(line, "RESOLUTION").matches("\\d+x\\d+"), line);
        assertEquals(picture, attribute(line, "FRAME-RATE").matches("\\d+\\.\\d{3}"), line);
        variants.add(new Variant(relative(uri), peakBps, meanBps, codecs, attribute(line, "AUDIO"), picture));
    }

    private static String relative(String uri) {
        assertTrue(uri.matches("[a-z0-9]+\\.m3u8"), uri);
        return uri;
    }

    private void checkChoices() {
        assertFalse(variants.isEmpty());
        Set<String> names = new HashSet<>();
        groups.forEach((group, sounds) -> {
            // Each DEFAULT: one of a name, and one of a group.
            assertEquals(1, sounds.size(), group);
            names.add(sounds.getFirst().name());
        });
        assertTrue(names.size() <= 1, () -> "groups have the same members: " + names);
        for (Variant variant : variants) {
            assertTrue(variant.group.isEmpty() || groups.containsKey(variant.group), variant::toString);
            assertEquals(
                    1,
                    variants.stream()
                            .filter(each -> each.uri.equals(variant.uri) && each.group.equals(variant.group))
                            .count(),
                    variant::toString);
            // H38: those of the picture, and those of the sound beside it, which also stands alone.
            Set<String> own = variants.stream()
                    .filter(each -> !each.picture && each.group.equals(variant.group))
                    .flatMap(each -> each.codecs.stream())
                    .collect(Collectors.toSet());
            assertTrue(variant.codecs.containsAll(own), variant::toString);
            assertEquals(own.size() + (variant.picture ? 1 : 0), variant.codecs.size(), variant::toString);
        }
        if (!groups.isEmpty()) {
            Set<String> pictures =
                    variants.stream().filter(Variant::picture).map(Variant::uri).collect(Collectors.toSet());
            groups.forEach((group, sounds) -> {
                // H40: each picture with each kind of sound, and each sound alone.
                Set<String> beside = variants.stream()
                        .filter(each -> each.group.equals(group))
                        .map(Variant::uri)
                        .collect(Collectors.toSet());
                Set<String> expected = new HashSet<>(pictures);
                expected.add(sounds.getFirst().uri());
                assertEquals(expected, beside, group);
            });
        }
    }

    /** Names of all renditions' playlists. */
    public Set<String> renditions() {
        Set<String> all = variants.stream().map(Variant::uri).collect(Collectors.toCollection(TreeSet::new));
        groups.values().forEach(sounds -> sounds.forEach(sound -> all.add(sound.uri())));
        return all;
    }

    /** Codecs of sound that a player may have. */
    public Set<String> soundCodecs() {
        return variants.stream()
                .filter(each -> !each.picture)
                .flatMap(each -> each.codecs.stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Holds what is told to what the renditions really take, by the names of their playlists (H38). */
    public void checkRates(Map<String, Rate> real) {
        for (Variant variant : variants) {
            Rate rate = real.getOrDefault(variant.uri, new Rate(Double.NaN, Double.NaN));
            for (Sound sound : groups.getOrDefault(variant.group, List.of())) {
                if (!sound.uri().equals(variant.uri)) {
                    rate = rate.plus(real.getOrDefault(sound.uri(), new Rate(Double.NaN, Double.NaN)));
                }
            }
            Rate all = rate;
            assertTrue(all.peakBps <= PEAK * variant.peakBps, () -> "H38: " + all + " of " + variant);
            assertTrue(all.meanBps <= MEAN * variant.meanBps, () -> "H38: " + all + " of " + variant);
        }
    }
}
