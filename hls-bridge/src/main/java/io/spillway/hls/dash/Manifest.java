package io.spillway.hls.dash;

import io.spillway.hls.stream.HlsSettings;
import io.spillway.hls.stream.Period;
import io.spillway.hls.stream.Rendition;
import io.spillway.hls.stream.Segment;
import io.spillway.media.mp4.AudioFormat;
import io.spillway.media.mp4.TrackFormat;
import io.spillway.media.mp4.VideoFormat;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A live stream as low-latency DASH, over the segments that HLS lists: they are named by their time, and those with nothing in them are left out. The segment that grows is listed with the duration that
 * is expected of it, since it can be asked for already, and is corrected when it is whole. ISO/IEC 23009-1 §5.3, DASH-IF IOP part 5.
 */
public final class Manifest {

    /** How often players look for new segments; what they ask is answered when there are some. */
    private static final int UPDATE_MS = 500;

    /** dash.js looks no more often, whatever it is told. */
    private static final int LEAST_UPDATE_MS = 1_000;

    /** For the way, and for what a player needs to begin. */
    private static final int MARGIN_MS = 250;

    /** What is expected of a segment is the longest of so many before it: a guess too long is mended, one too short has players ask twice. */
    private static final int REMEMBERED = 4;

    /** Codecs by the number of their adaptation set, which is the same in every manifest. */
    private static final List<String> SETS = List.of("avc1", "hvc1", "vp09", "av01", "mp4a", "opus");

    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    /** One rendition's segments within one period; {@code openTicks} is what is expected of the last one, 0 when all are whole. */
    private record Run(
            Rendition rendition, String initUri, TrackFormat format, List<Segment> segments, long openTicks) {}

    private Manifest() {}

    /**
     * Writes it.
     *
     * @param renditions those that a player may choose from, with a whole segment each
     * @param stream its name
     * @param suffix ends each address
     * @param unixMs when this is how things stand, milliseconds since 1970
     */
    public static String write(
            List<Rendition> renditions, HlsSettings settings, String stream, String suffix, long unixMs) {
        String clock = clock(stream, suffix);
        SortedMap<Period, List<Run>> periods = runs(renditions, settings);
        boolean ended = renditions.stream().allMatch(Rendition::ended);
        StringBuilder out = new StringBuilder(4096);
        out.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"");
        attribute(out, "profiles", "urn:mpeg:dash:profile:isoff-live:2011,urn:mpeg:dash:profile:cmaf:2019");
        // Dynamic also when it has ended: the times of the wall clock stay what they were.
        attribute(out, "type", "dynamic");
        attribute(out, "availabilityStartTime", date(renditions.getFirst().originMs()));
        attribute(out, "publishTime", date(unixMs));
        if (ended) {
            attribute(out, "mediaPresentationDuration", duration(endMs(renditions)));
        } else {
            attribute(out, "minimumUpdatePeriod", duration(UPDATE_MS));
        }
        attribute(out, "timeShiftBufferDepth", duration(settings.windowMs()));
        attribute(out, "maxSegmentDuration", duration(HlsSettings.MAX_SEGMENT_MS + settings.partTargetMs()));
        attribute(out, "minBufferTime", duration(settings.partTargetMs()));
        attribute(out, "suggestedPresentationDelay", duration(latencyMs(settings)));
        out.append(">\n  <BaseURL>../../hls/").append(stream).append("/</BaseURL>\n");
        if (!ended) {
            // Answered when there is more, so that no cache holds what is too old (RFC 8216bis does so with playlists).
            out.append("  <Location>manifest-")
                    .append(begun(renditions))
                    .append(".mpd")
                    .append(suffix)
                    .append("</Location>\n");
        }
        // Slower and faster by what nobody hears.
        out.append("  <ServiceDescription id=\"0\"><Latency");
        attribute(out, "referenceId", "0");
        attribute(out, "target", Integer.toString(latencyMs(settings)));
        attribute(out, "min", Integer.toString(latencyMs(settings) / 2));
        attribute(out, "max", Integer.toString(3 * latencyMs(settings)));
        out.append("/><PlaybackRate min=\"0.96\" max=\"1.06\"/></ServiceDescription>\n");
        periods.forEach((period, runs) -> period(out, period, runs, settings, clock, suffix));
        return out.append("  ").append(clock).append("</MPD>\n").toString();
    }

    /** Number of the newest segment that all renditions have begun; it is the same segment in all of them (H20). */
    public static long begun(List<Rendition> renditions) {
        return renditions.stream().mapToLong(Rendition::lastSequence).min().orElse(-1);
    }

    /** How far behind its capture a stream is to be played: what it takes until a player can know of a segment, and a margin. */
    static int latencyMs(HlsSettings settings) {
        return 2 * settings.partTargetMs() + LEAST_UPDATE_MS + MARGIN_MS;
    }

    private static SortedMap<Period, List<Run>> runs(List<Rendition> renditions, HlsSettings settings) {
        SortedMap<Period, List<Run>> periods =
                new TreeMap<>((one, other) -> Long.compare(one.number(), other.number()));
        for (Rendition each : renditions) {
            SortedMap<Long, List<Segment>> own = new TreeMap<>();
            List<Segment> all = new ArrayList<>(each.segments());
            if (!each.ended()) {
                all.add(each.open());
            }
            for (Segment segment : all) {
                if (!segment.isGap()) {
                    own.computeIfAbsent(segment.period().number(), _ -> new ArrayList<>())
                            .add(segment);
                }
            }
            own.values().forEach(segments -> {
                Segment last = segments.getLast();
                periods.computeIfAbsent(last.period(), _ -> new ArrayList<>())
                        .add(new Run(
                                each,
                                last.initUri(),
                                last.format(),
                                segments,
                                last.sequence() == each.open().sequence()
                                        ? expectedTicks(each, segments, settings)
                                        : 0));
            });
        }
        return periods;
    }

    private static long expectedTicks(Rendition rendition, List<Segment> segments, HlsSettings settings) {
        int timescale = rendition.format().timescale();
        List<Segment> whole = segments.subList(0, segments.size() - 1);
        long before = whole.subList(Math.max(0, whole.size() - REMEMBERED), whole.size()).stream()
                .mapToLong(Segment::durationTicks)
                .max()
                .orElse((long) settings.segmentMs() * timescale / 1000);
        long lasted = rendition.open().durationTicks();
        return lasted < before ? before : lasted + (long) settings.partMs() * timescale / 1000;
    }

    private static void period(
            StringBuilder out, Period period, List<Run> runs, HlsSettings settings, String clock, String suffix) {
        out.append("  <Period");
        attribute(out, "id", Long.toString(period.number()));
        attribute(out, "start", seconds("PT", (double) period.startTicks() / Period.TIMESCALE, "S"));
        out.append(">\n");
        // Players switch within a set, so each holds one codec.
        SortedMap<Integer, List<Run>> sets = new TreeMap<>();
        for (Run run : runs) {
            String family = run.format().codecs().replaceFirst("\\..*", "");
            sets.computeIfAbsent(SETS.indexOf(family), _ -> new ArrayList<>()).add(run);
        }
        sets.forEach((id, some) -> adaptationSet(out, id, period, some, settings, clock, suffix));
        out.append("  </Period>\n");
    }

    private static void adaptationSet(
            StringBuilder out,
            int id,
            Period period,
            List<Run> runs,
            HlsSettings settings,
            String clock,
            String suffix) {
        String kind = runs.getFirst().format() instanceof VideoFormat ? "video" : "audio";
        out.append("    <AdaptationSet");
        attribute(out, "id", Integer.toString(id));
        attribute(out, "contentType", kind);
        attribute(out, "mimeType", kind + "/mp4");
        attribute(out, "segmentAlignment", "true");
        if (runs.stream().allMatch(run -> run.segments().stream().allMatch(Segment::isIndependent))) {
            attribute(out, "startWithSAP", "1");
        }
        out.append(">\n");
        // What prft says in each segment: media time 0 of the period was captured then.
        long startMs = period.startTicks() * 1000 / Period.TIMESCALE;
        out.append("      <ProducerReferenceTime");
        attribute(out, "id", "0");
        attribute(out, "type", "encoder");
        attribute(out, "inband", "true");
        attribute(out, "wallClockTime", date(runs.getFirst().rendition().originMs() + startMs));
        attribute(out, "presentationTime", Long.toString(startMs * timescale(runs.getFirst()) / 1000));
        out.append(">\n        ").append(clock).append("      </ProducerReferenceTime>\n");
        out.append("      <Role schemeIdUri=\"urn:mpeg:dash:role:2011\" value=\"main\"/>\n");
        runs.forEach(run -> representation(out, period, run, settings, suffix));
        out.append("    </AdaptationSet>\n");
    }

    private static int timescale(Run run) {
        return run.format().timescale();
    }

    private static void representation(StringBuilder out, Period period, Run run, HlsSettings settings, String suffix) {
        out.append("      <Representation");
        attribute(out, "id", run.rendition().name());
        attribute(out, "codecs", run.format().codecs());
        attribute(out, "bandwidth", Long.toString(run.rendition().peakBps()));
        switch (run.format()) {
            case VideoFormat video -> {
                attribute(out, "width", Integer.toString(video.width()));
                attribute(out, "height", Integer.toString(video.height()));
                long fps = Math.round(run.rendition().framesPerSecond());
                if (fps > 0) {
                    attribute(out, "frameRate", Long.toString(fps));
                }
            }
            case AudioFormat audio -> attribute(out, "audioSamplingRate", Integer.toString(audio.sampleRateHz()));
        }
        out.append(">\n");
        if (run.format() instanceof AudioFormat audio) {
            out.append("        <AudioChannelConfiguration"
                            + " schemeIdUri=\"urn:mpeg:dash:23003:3:audio_channel_configuration:2011\" value=\"")
                    .append(audio.channels())
                    .append("\"/>\n");
        }
        int timescale = timescale(run);
        long longest =
                run.segments().stream().mapToLong(Segment::durationTicks).max().orElse(0);
        // A segment can be asked for when its first part is there (H47).
        double offset = (double) Math.max(longest, run.openTicks()) / timescale - settings.partTargetMs() / 1000.0;
        String init = run.initUri();
        out.append("        <SegmentTemplate");
        attribute(out, "timescale", Integer.toString(timescale));
        attribute(out, "presentationTimeOffset", Long.toString(period.startTicks() * timescale / Period.TIMESCALE));
        attribute(out, "availabilityTimeOffset", seconds("", Math.max(0, offset), ""));
        attribute(out, "availabilityTimeComplete", "false");
        attribute(out, "initialization", init + suffix);
        // v0-RUN-123.m4s: what stands before the time is the same in all of them.
        String media = run.segments().getLast().uri();
        attribute(out, "media", media.substring(0, media.lastIndexOf('-') + 1) + "$Time$.m4s" + suffix);
        out.append(">\n          <SegmentTimeline>\n");
        timeline(out, run);
        out.append("          </SegmentTimeline>\n        </SegmentTemplate>\n      </Representation>\n");
    }

    private static void timeline(StringBuilder out, Run run) {
        List<Segment> segments = run.segments();
        long end = -1;
        for (int i = 0; i < segments.size(); ) {
            Segment first = segments.get(i);
            long ticks = ticks(run, i);
            long start = first.startTicks();
            int repeats = 0;
            long next = start + ticks;
            for (i++; i < segments.size() && segments.get(i).startTicks() == next && ticks(run, i) == ticks; i++) {
                repeats++;
                next += ticks;
            }
            out.append("            <S");
            if (start != end) {
                attribute(out, "t", Long.toString(start));
            }
            attribute(out, "d", Long.toString(ticks));
            if (repeats > 0) {
                attribute(out, "r", Integer.toString(repeats));
            }
            out.append("/>\n");
            end = next;
        }
    }

    private static long ticks(Run run, int index) {
        boolean open = run.openTicks() > 0 && index == run.segments().size() - 1;
        return open ? run.openTicks() : run.segments().get(index).durationTicks();
    }

    private static long endMs(List<Rendition> renditions) {
        return renditions.stream()
                .mapToLong(
                        each -> each.open().startTicks() * 1000 / each.format().timescale())
                .max()
                .orElse(0);
    }

    /** As seen from here and from the folder of the segments: players differ in what they resolve it against. */
    private static String clock(String stream, String suffix) {
        return "<UTCTiming schemeIdUri=\"urn:mpeg:dash:utc:http-iso:2014\" value=\"../../dash/" + stream + "/time"
                + suffix + "\"/>\n";
    }

    private static void attribute(StringBuilder out, String name, String value) {
        out.append(' ').append(name).append("=\"").append(value).append('"');
    }

    private static String date(long unixMs) {
        return DATE.format(Instant.ofEpochMilli(unixMs));
    }

    private static String duration(long ms) {
        return seconds("PT", ms / 1000.0, "S");
    }

    private static String seconds(String before, double value, String after) {
        return String.format(Locale.ROOT, "%s%.6f%s", before, value, after);
    }
}
