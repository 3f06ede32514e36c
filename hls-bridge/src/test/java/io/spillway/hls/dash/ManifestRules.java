package io.spillway.hls.dash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;

/** What players and the DASH-IF's guidelines hold a low-latency manifest to (H47), over one and over two that follow each other. An independent reader: it shares no code with the writer. */
public final class ManifestRules {

    /** Children of a kind in the order of the schema, ISO/IEC 23009-1 annex B. */
    private static final Map<String, List<String>> ORDER = Map.of(
            "MPD", List.of("BaseURL", "Location", "ServiceDescription", "Period", "UTCTiming"),
            "Period", List.of("AdaptationSet"),
            "AdaptationSet", List.of("ProducerReferenceTime", "Role", "Representation"),
            "Representation", List.of("AudioChannelConfiguration", "SegmentTemplate"),
            "SegmentTemplate", List.of("SegmentTimeline"),
            "SegmentTimeline", List.of("S"),
            "ServiceDescription", List.of("Latency", "PlaybackRate"),
            "ProducerReferenceTime", List.of("UTCTiming"));

    /** A segment as written. Times in ticks, {@code startSeconds} on the presentation's timeline. */
    public record ASegment(String uri, String init, long start, long ticks, double startSeconds, double seconds) {}

    private record ARepresentation(
            String period, double periodStart, String id, String kind, double offset, List<ASegment> segments) {}

    private final Element root;
    private final List<ARepresentation> representations = new ArrayList<>();

    private ManifestRules(String text) {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setNamespaceAware(true);
            DocumentBuilder builder = factory.newDocumentBuilder();
            Document document = builder.parse(new InputSource(new StringReader(text)));
            root = document.getDocumentElement();
        } catch (ParserConfigurationException | org.xml.sax.SAXException | java.io.IOException e) {
            throw new AssertionError(text, e);
        }
        assertEquals("urn:mpeg:dash:schema:mpd:2011", root.getNamespaceURI());
        assertEquals("MPD", root.getLocalName());
        order(root);
        read();
    }

    /** Reads a manifest and holds it to the rules that one alone must keep. */
    public static ManifestRules check(String text) {
        ManifestRules read = new ManifestRules(text);
        read.checkAlone();
        return read;
    }

    private static void order(Element element) {
        List<String> allowed = ORDER.getOrDefault(element.getLocalName(), List.of());
        int at = 0;
        for (Element child : children(element, "*")) {
            int place = allowed.indexOf(child.getLocalName());
            assertTrue(place >= at, () -> child.getLocalName() + " in " + element.getLocalName());
            at = place;
            order(child);
        }
    }

    private static List<Element> children(Element element, String name) {
        List<Element> found = new ArrayList<>();
        for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element child && (name.equals("*") || name.equals(child.getLocalName()))) {
                found.add(child);
            }
        }
        return found;
    }

    private static Element only(Element element, String name) {
        List<Element> all = children(element, name);
        assertEquals(1, all.size(), name);
        return all.getFirst();
    }

    private static double seconds(String duration) {
        return Duration.parse(duration).toNanos() / 1e9;
    }

    private void read() {
        for (Element period : children(root, "Period")) {
            double start = seconds(period.getAttribute("start"));
            for (Element set : children(period, "AdaptationSet")) {
                assertEquals("true", set.getAttribute("segmentAlignment"));
                Element reference = only(set, "ProducerReferenceTime");
                assertEquals("true", reference.getAttribute("inband"));
                for (Element each : children(set, "Representation")) {
                    representations.add(representation(period, start, set, each, reference));
                }
            }
        }
    }

    private ARepresentation representation(
            Element period, double periodStart, Element set, Element element, Element reference) {
        Element template = only(element, "SegmentTemplate");
        long timescale = Long.parseLong(template.getAttribute("timescale"));
        long offset = Long.parseLong(template.getAttribute("presentationTimeOffset"));
        assertEquals(periodStart, (double) offset / timescale, 1.0 / timescale + 1e-6);
        // What the reference says and what the presentation's beginning says is one clock.
        Instant wall = Instant.parse(reference.getAttribute("wallClockTime"));
        double media = Double.parseDouble(reference.getAttribute("presentationTime")) / timescale;
        assertEquals(media, Duration.between(begin(), wall).toMillis() / 1000.0, 0.002);
        assertEquals("false", template.getAttribute("availabilityTimeComplete"));
        assertTrue(Long.parseLong(element.getAttribute("bandwidth")) > 0);
        assertFalse(element.getAttribute("codecs").isEmpty());
        assertEquals(
                element.getAttribute("codecs").matches("mp4a.*|opus") ? "audio/mp4" : "video/mp4",
                set.getAttribute("mimeType"));
        String media1 = template.getAttribute("media");
        assertTrue(media1.contains("$Time$"), media1);
        List<ASegment> segments = new ArrayList<>();
        long next = -1;
        for (Element each : children(only(template, "SegmentTimeline"), "S")) {
            long ticks = Long.parseLong(each.getAttribute("d"));
            long start = each.hasAttribute("t") ? Long.parseLong(each.getAttribute("t")) : next;
            assertTrue(start >= next && start >= 0 && ticks > 0, "segments follow each other");
            int repeats = each.hasAttribute("r") ? Integer.parseInt(each.getAttribute("r")) : 0;
            for (int i = 0; i <= repeats; i++, start += ticks) {
                segments.add(new ASegment(
                        media1.replace("$Time$", Long.toString(start)).replace("$$", "$"),
                        template.getAttribute("initialization"),
                        start,
                        ticks,
                        periodStart + (double) (start - offset) / timescale,
                        (double) ticks / timescale));
            }
            next = start;
        }
        assertFalse(segments.isEmpty());
        return new ARepresentation(
                period.getAttribute("id"),
                periodStart,
                element.getAttribute("id"),
                set.getAttribute("contentType"),
                Double.parseDouble(template.getAttribute("availabilityTimeOffset")),
                segments);
    }

    private Instant begin() {
        return Instant.parse(root.getAttribute("availabilityStartTime"));
    }

    public boolean ended() {
        return !root.hasAttribute("minimumUpdatePeriod");
    }

    /** Of the newest period in which there is that representation. */
    public List<ASegment> segments(String id) {
        return representations.stream()
                .filter(each -> each.id.equals(id))
                .reduce((_, later) -> later)
                .orElseThrow()
                .segments;
    }

    public List<String> periods() {
        return representations.stream().map(ARepresentation::period).distinct().toList();
    }

    private void checkAlone() {
        assertEquals("dynamic", root.getAttribute("type"));
        assertTrue(root.getAttribute("profiles").contains("urn:mpeg:dash:profile:isoff-live:2011"));
        assertEquals(ended(), root.hasAttribute("mediaPresentationDuration"));
        assertTrue(only(root, "BaseURL").getTextContent().endsWith("/"));
        Element clock = only(root, "UTCTiming");
        assertEquals("urn:mpeg:dash:utc:http-iso:2014", clock.getAttribute("schemeIdUri"));
        assertEquals(ended() ? 0 : 1, children(root, "Location").size());
        Element latency = only(only(root, "ServiceDescription"), "Latency");
        double target = Double.parseDouble(latency.getAttribute("target"));
        assertTrue(Double.parseDouble(latency.getAttribute("min")) < target);
        assertTrue(Double.parseDouble(latency.getAttribute("max")) > target);
        assertTrue(target < 2_000, "what a player adds is little");
        assertEquals("0", latency.getAttribute("referenceId"));
        double longest = seconds(root.getAttribute("maxSegmentDuration"));
        double before = -1;
        for (ARepresentation each : representations) {
            for (ASegment segment : each.segments) {
                assertTrue(segment.seconds <= longest + 0.5, () -> segment + " beyond " + longest);
                // Sound may begin a packet before its period.
                assertTrue(segment.startSeconds >= each.periodStart - 0.05, () -> segment + " in " + each);
            }
            assertTrue(each.periodStart >= before);
            before = each.periodStart;
            assertTrue(each.offset >= 0 && each.offset < longest + 0.5);
        }
    }

    /** Holds this manifest to what the one before it promised. */
    public void checkAfter(ManifestRules before) {
        assertEquals(before.begin(), begin(), "the presentation begins once");
        Map<String, ARepresentation> known = new HashMap<>();
        before.representations.forEach(each -> known.put(each.period + " " + each.id, each));
        for (ARepresentation each : representations) {
            ARepresentation old = known.get(each.period + " " + each.id);
            if (old == null) {
                continue;
            }
            assertEquals(old.periodStart, each.periodStart, "a period begins once");
            Map<Long, ASegment> were = new HashMap<>();
            // The last one may have been growing.
            old.segments.subList(0, old.segments.size() - 1).forEach(segment -> were.put(segment.start, segment));
            for (ASegment segment : each.segments) {
                ASegment was = were.get(segment.start);
                if (was != null) {
                    assertEquals(was, segment, "whole segments never change");
                }
            }
            long end = old.segments.getLast().start;
            assertTrue(each.segments.getLast().start >= end, "it goes on");
            assertTrue(
                    each.segments.stream().anyMatch(segment -> segment.start == end)
                            || each.segments.getFirst().start > end,
                    "what grew is whole, not gone");
        }
    }
}
