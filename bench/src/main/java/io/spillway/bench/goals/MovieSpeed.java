package io.spillway.bench.goals;

import io.spillway.bench.load.Shape;
import io.spillway.recorder.journal.Entry;
import io.spillway.recorder.journal.JournalReader;
import io.spillway.recorder.mux.MovieReport;
import io.spillway.recorder.mux.MovieTools;
import io.spillway.recorder.mux.Muxer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What comes of recordings of 2.5 Mbps: how large they are, how fast movies and clips are made of them. */
final class MovieSpeed {

    private static final int STREAMS = 8;
    private static final int OK = 200;
    private static final int CLIP_SECONDS = 10;

    private final Bed bed;
    private final Path recordings;
    private final Report report;

    MovieSpeed(Bed bed, Path recordings, Report report) {
        this.bed = bed;
        this.recordings = recordings;
        this.report = report;
    }

    /** Of recordings of so many seconds; {@code clips} are asked for one after another. */
    void measure(double seconds, int clips) throws IOException, InterruptedException {
        bed.restage(Shape.VIDEO, STREAMS);
        bed.restage(Shape.VIDEO, STREAMS);
        bed.load().pass(seconds);
        bed.restage(Shape.VIDEO, 0);
        RecordCost.awaitMovies(bed, recordings);
        List<Double> speeds = new ArrayList<>();
        List<Double> overheads = new ArrayList<>();
        List<Path> all = RecordCost.recordingsIn(recordings);
        for (Path each : all) {
            Path journal = each.resolve("journal");
            overheads.add(overheadPercent(journal));
            long before = System.nanoTime();
            MovieReport made = Muxer.mux(
                    journal, Files.createDirectory(each.resolve("again")), Muxer.ALL_SIZES, MovieTools.NONE, _ -> {});
            speeds.add(made.durationMs() * 1e6 / (System.nanoTime() - before));
        }
        Collections.sort(speeds);
        Collections.sort(overheads);
        report.row(
                "journal beside what came",
                String.format(Locale.ROOT, "%+.1f %%", overheads.get(overheads.size() / 2)),
                "bytes of the files, to bytes of RTP packets");
        report.row(
                "a movie is made",
                String.format(Locale.ROOT, "%.0f times as fast as it plays", speeds.get(speeds.size() / 2)),
                String.format(
                        Locale.ROOT,
                        "%.0f to %.0f, %d recordings of %.0f s, files in the page cache; the server takes half of a core for it",
                        speeds.getFirst(),
                        speeds.getLast(),
                        speeds.size(),
                        seconds));
        report.figure("muxTimesRealTime", speeds.get(speeds.size() / 2));
        report.figure("journalOverheadPercent", overheads.get(overheads.size() / 2));
        clips(all.getFirst().getFileName().toString(), seconds, clips);
    }

    private void clips(String recording, double seconds, int clips) throws IOException, InterruptedException {
        List<Double> firstByteMs = new ArrayList<>();
        try (HttpClient http = HttpClient.newHttpClient()) {
            for (int i = 0; i < clips; i++) {
                // Between keyframes, and another one each time.
                String query = String.format(
                        Locale.ROOT,
                        "?start=%.2f&duration=%d",
                        0.7 + i * (seconds - CLIP_SECONDS - 2) / clips,
                        CLIP_SECONDS);
                URI uri = URI.create(bed.server().url("/vod/" + recording + "/clip.mp4" + query));
                long before = System.nanoTime();
                HttpResponse<InputStream> answer =
                        http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofInputStream());
                try (InputStream body = answer.body()) {
                    if (answer.statusCode() != OK || body.read() < 0) {
                        throw new IOException(uri + " was answered " + answer.statusCode());
                    }
                    firstByteMs.add((System.nanoTime() - before) / 1e6);
                    body.transferTo(OutputStream.nullOutputStream());
                }
            }
        }
        Collections.sort(firstByteMs);
        report.row(
                "a clip of " + CLIP_SECONDS + " s, from asking to its first byte",
                String.format(
                        Locale.ROOT,
                        "p50 %.0f, max %.0f ms",
                        firstByteMs.get(firstByteMs.size() / 2),
                        firstByteMs.getLast()),
                clips + " clips, one after another");
        report.figure("clipFirstByteP50Ms", firstByteMs.get(firstByteMs.size() / 2));
    }

    private static double overheadPercent(Path journal) throws IOException {
        long[] payload = new long[1];
        JournalReader.Summary _ = JournalReader.read(journal, entry -> {
            if (entry instanceof Entry.PacketCame packet) {
                payload[0] += packet.rtp().remaining();
            }
        });
        long bytes = 0;
        try (Stream<Path> files = Files.list(journal)) {
            for (Path file : files.toList()) {
                bytes += Files.size(file);
            }
        }
        return 100.0 * (bytes - payload[0]) / payload[0];
    }
}
