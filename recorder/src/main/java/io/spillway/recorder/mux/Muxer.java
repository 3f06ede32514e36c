package io.spillway.recorder.mux;

import io.spillway.media.frame.AccessUnit;
import io.spillway.media.frame.AudioCoder;
import io.spillway.media.frame.LayerIntake;
import io.spillway.media.frame.Packet;
import io.spillway.media.rtp.HeaderExtension;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.recorder.journal.Entry;
import io.spillway.recorder.journal.JournalReader;
import io.spillway.recorder.mux.Survey.LayerFacts;
import io.spillway.recorder.mux.Survey.SourceFacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes a movie of a journal: of each publisher the best pictures and the sound, one publisher behind the other. The journal is read twice, first for what is in it, then for the frames.
 */
public final class Muxer {

    /** Who hears how far it is, of {@value #WHOLE}; and may take the time that others need. */
    @FunctionalInterface
    public interface Progress {
        void at(int thousandths);
    }

    public static final int WHOLE = 1_000;

    /** Of the pictures, all that were sent. */
    public static final int ALL_SIZES = Integer.MAX_VALUE;

    /** Nothing in a journal can be shown. */
    public static final class NothingException extends IOException {
        private static final long serialVersionUID = 1;

        NothingException(Path journal) {
            super(journal + " holds no keyframe and no sound: there is nothing to make a file of");
        }
    }

    /** As live packaging does; repairs came later than this seldom, and the journal has them where they came. */
    private static final long HOLD_NS = 300_000_000L;

    /** Of sound, silence included; AAC has fewer. */
    private static final int SOUNDS_A_SECOND = 60;

    private final Survey.Result survey;
    private final MovieTimeline timeline;
    private final int renditions;
    private final Progress progress;
    private final RtpPacket rtp = new RtpPacket();
    private final List<Intake> intakes = new ArrayList<>();
    private int source = -1;
    private @Nullable SourceFacts facts;
    private long packets;

    private record Intake(int layer, LayerIntake frames, ClockMap clock, int coloursId) {}

    private Muxer(Survey.Result survey, MovieTimeline timeline, int renditions, Progress progress) {
        this.survey = survey;
        this.timeline = timeline;
        this.renditions = renditions;
        this.progress = progress;
    }

    /**
     * Makes it: files in a folder, where what is there is replaced. {@value MovieFolder#MOVIE} is the movie with its sound, others are smaller pictures of it, and playlists name their pieces.
     *
     * @param sizes how many sizes of the pictures, the largest first; 1 or more
     * @throws NothingException there is nothing to make it of
     * @throws JournalReader.VersionException the journal is of another version
     */
    public static MovieReport mux(Path journal, Path folder, int sizes, MovieTools tools, Progress progress)
            throws IOException {
        Survey.Result survey = new Survey(journal).readOn();
        int renditions = Math.max(1, Math.min(sizes, survey.renditions()));
        return make(journal, survey, folder, Window.ALL, renditions, tools, progress);
    }

    static MovieReport make(
            Path journal,
            Survey.Result survey,
            Path folder,
            Window window,
            int renditions,
            MovieTools tools,
            Progress progress)
            throws IOException {
        if (survey.sources().stream().noneMatch(each -> each.sound() >= 0 || each.picture(0) >= 0)) {
            throw new NothingException(journal);
        }
        boolean whole = window.equals(Window.ALL);
        List<MovieFile> files = new ArrayList<>();
        AudioCoder coder = tools.sound().map(AudioCoder.Factory::create).orElse(null);
        try {
            for (int i = 0; i < renditions; i++) {
                // A stretch is only read here: its header may follow it.
                files.add(MovieFile.create(
                        folder.resolve(MovieFolder.movie(i)), window, whole ? samplesAtMost(survey, i) : 0));
            }
            MovieTimeline timeline = new MovieTimeline(files, window, coder);
            Muxer muxer = new Muxer(survey, timeline, renditions, progress);
            JournalReader.Summary summary = whole
                    ? JournalReader.read(journal, muxer::add)
                    : JournalReader.read(journal, Reach.of(survey, window).segments(), muxer::add);
            muxer.endSource();
            timeline.end();
            if (timeline.isEmpty()) {
                throw new NothingException(journal);
            }
            Entry.Began began = survey.began();
            long unixNs = began == null ? 0 : began.unixNs();
            MovieReport report = timeline.report(
                    began == null ? "" : began.stream(), unixNs, survey.lostPackets(), summary.damages());
            for (MovieFile file : files) {
                file.finish(report.startedAtMs() / 1_000);
            }
            if (whole && report.isHls()) {
                VodPlaylists.write(folder, timeline, renditions, report.parts());
            }
            if (whole) {
                Stills.write(folder, timeline, renditions, tools, progress);
            }
            progress.at(WHOLE);
            return report;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            for (MovieFile file : files) {
                file.close();
            }
            if (coder != null) {
                coder.close();
            }
        }
    }

    private static long samplesAtMost(Survey.Result survey, int rendition) {
        long samples = 0;
        for (SourceFacts each : survey.sources()) {
            int picture = each.picture(rendition);
            samples += picture < 0 ? 0 : each.layers().get(picture).samplesAtMost;
            if (rendition == 0 && each.sound() >= 0) {
                LayerFacts sound = each.layers().get(each.sound());
                // As it came, with silence where it is missing; and as AAC.
                samples += sound.samplesAtMost + 2L * SOUNDS_A_SECOND * sound.coverage();
            }
        }
        return samples;
    }

    private void add(Entry entry) {
        switch (entry) {
            case Entry.SourceBegan _ -> {
                endSource();
                // One that is still written may have more by now than was found in it.
                if (++source < survey.sources().size()) {
                    beginSource(survey.sources().get(source));
                }
            }
            case Entry.PacketCame packet -> add(packet);
            default -> {}
        }
    }

    private void beginSource(SourceFacts next) {
        facts = next;
        // A publisher of fewer sizes has its smallest in the place of those that it lacks.
        for (int layer : next.pictures()) {
            int[] places = IntStream.range(0, renditions)
                    .filter(i -> next.picture(i) == layer)
                    .toArray();
            if (places.length > 0) {
                take(next, layer, unit -> {
                    for (int place : places) {
                        timeline.picture(place, unit);
                    }
                });
            }
        }
        take(next, next.sound(), timeline::sound);
        timeline.begin(fact(next, next.picture(0)), fact(next, next.sound()));
    }

    private static @Nullable LayerFacts fact(SourceFacts source, int layer) {
        return layer < 0 ? null : source.layers().get(layer);
    }

    private void take(SourceFacts from, int layer, Consumer<AccessUnit> out) {
        if (layer < 0) {
            return;
        }
        var format = from.source().layers().get(layer).format();
        LayerIntake frames = LayerIntake.of(format.codec(), HOLD_NS, out);
        int colours = format.extensionIds().getOrDefault(HeaderExtension.COLOR_SPACE.uri(), 0);
        if (frames != null) {
            intakes.add(new Intake(layer, frames, from.layers().get(layer).clock, colours));
        }
    }

    private void add(Entry.PacketCame came) {
        for (Intake each : intakes) {
            if (each.layer() == came.layer()) {
                Packet packet = packet(came, each);
                if (packet != null) {
                    each.frames().add(packet, came.atNs());
                }
                each.frames().onTime(came.atNs());
            }
        }
        if (++packets % 1_024 == 0) {
            progress.at((int) Math.min(WHOLE - 1, packets * WHOLE / Math.max(1, survey.packets())));
        }
    }

    private @Nullable Packet packet(Entry.PacketCame came, Intake into) {
        if (came.isPadding()) {
            return new Packet(came.extSeq(), 0, came.atNs(), 0, false, false, 0, new byte[0]);
        }
        if (!rtp.wrap(came.rtp(), 0, came.rtp().limit())) {
            return null;
        }
        int colours = into.coloursId() > 0 && rtp.extensionLength(into.coloursId()) >= Integer.BYTES
                ? came.rtp().getInt(rtp.extensionOffset(into.coloursId()))
                : 0;
        byte[] payload = new byte[rtp.payloadLength()];
        came.rtp().get(rtp.payloadOffset(), payload);
        return new Packet(
                came.extSeq(),
                rtp.timestamp(),
                came.atNs(),
                into.clock().captureNs(rtp.timestamp(), came.atNs()),
                came.startsFrame(),
                rtp.marker(),
                colours,
                payload);
    }

    /** What waited for packets that never came is told. */
    private void endSource() {
        intakes.forEach(each -> each.frames().onTime(Long.MAX_VALUE / 2));
        intakes.clear();
        if (facts != null) {
            try {
                timeline.endSource();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
