package io.spillway.signaling.api;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.StreamStatus;
import io.spillway.signaling.auth.KnownStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A stream and its status as JSON. A field that this server has no value for is null, so the shape is always the same. */
final class StreamJson {

    private StreamJson() {}

    /**
     * The stream as a resource. Addresses are relative to the server's.
     *
     * @param known its keys' entry; null for a stream that has none
     * @param status its state; null when it was never live
     * @param record whether it is recorded whenever it is published
     * @param withKeys whether the keys are shown
     */
    static Map<String, @Nullable Object> stream(
            StreamName name,
            @Nullable KnownStream known,
            @Nullable StreamStatus status,
            Playback playback,
            boolean record,
            boolean withKeys) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", name.value());
        json.put("name", name.value());
        json.put("title", known == null ? name.value() : known.title());
        json.put("tags", known == null ? List.of() : known.tags());
        json.put("owner", null);
        json.put("region", null);
        json.put("status", status(status));
        json.put("latencyMode", "interactive");
        json.put("startedAt", startedAt(status));
        json.put("ingest", ingest(name));
        json.put("playback", playback(name, playback));
        json.put("record", record);
        json.put("watch", known == null || known.watchKey() == null ? "open" : "key");
        if (withKeys && known != null) {
            json.put("publishKey", known.publishKey());
            if (known.watchKey() != null) {
                json.put("watchKey", known.watchKey());
            }
        }
        return json;
    }

    /** How the stream is doing. {@code status} is null when it was never live. */
    static Map<String, @Nullable Object> status(
            StreamName name, @Nullable StreamStatus status, LadderReport ladder, Recordings.Report recording) {
        List<Map<String, @Nullable Object>> tracks = status == null
                ? List.of()
                : status.tracks().stream().map(StreamJson::track).toList();
        long bitrateBps = status == null
                ? 0
                : status.tracks().stream()
                        .flatMap(track -> track.layers().stream())
                        .mapToLong(StreamStatus.Layer::bitrateBps)
                        .sum();
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", name.value());
        json.put("status", status(status));
        json.put("startedAt", startedAt(status));
        json.put("publisher", status == null ? null : status.publisherAgent());
        json.put("viewers", Map.of("webrtc", status == null ? 0 : status.viewers()));
        json.put("bitrateBps", bitrateBps);
        json.put("tracks", tracks);
        json.put("ladder", ladder(ladder));
        json.put("recording", recording(recording));
        json.put("health", health(status, ladder, recording));
        return json;
    }

    private static Map<String, @Nullable Object> recording(Recordings.Report recording) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", recording.id());
        json.put("bytes", recording.bytes());
        json.put("lostPackets", recording.lostPackets());
        json.put("problem", recording.problem());
        json.put("reason", recording.reason());
        return json;
    }

    private static Map<String, @Nullable Object> ladder(LadderReport ladder) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("problem", ladder.problem());
        json.put("rungs", ladder.rungs().stream().map(StreamJson::rung).toList());
        json.put("lateFrames", ladder.lateFrames());
        json.put("lostFrames", ladder.lostFrames());
        json.put("failures", ladder.failures());
        json.put("sheds", ladder.sheds());
        return json;
    }

    private static Map<String, @Nullable Object> rung(LadderReport.Rung rung) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("name", rung.name());
        json.put("width", rung.width());
        json.put("height", rung.height());
        json.put("state", rung.state());
        return json;
    }

    private static Map<String, @Nullable Object> health(
            @Nullable StreamStatus status, LadderReport ladder, Recordings.Report recording) {
        List<String> reasons = new ArrayList<>(status == null ? List.of() : status.warnings());
        reasons.addAll(ladder.warnings());
        if (recording.problem() != null) {
            reasons.add(recording.problem());
        }
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("status", status == null || !status.live() ? "offline" : reasons.isEmpty() ? "good" : "warning");
        json.put("reasons", reasons);
        return json;
    }

    static Map<String, @Nullable Object> track(StreamStatus.Track track) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("kind", track.kind().name().toLowerCase(Locale.ROOT));
        json.put("codec", track.codec().encodingName());
        json.put("layers", track.layers().stream().map(StreamJson::layer).toList());
        return json;
    }

    private static Map<String, @Nullable Object> layer(StreamStatus.Layer layer) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("rid", layer.rid());
        json.put("active", layer.active());
        json.put("width", known(layer.width()));
        json.put("height", known(layer.height()));
        json.put("bitrateBps", layer.bitrateBps());
        json.put("framesPerSecond", rounded(layer.framesPerSecond(), 100));
        json.put("lossFraction", rounded(layer.lossFraction(), 10_000));
        json.put("keyframeIntervalMs", known(layer.keyframeIntervalMs()));
        return json;
    }

    static @Nullable Long known(long value) {
        return value == 0 ? null : value;
    }

    /** JSON has no NaN and no infinity. */
    static @Nullable Double rounded(double value, int parts) {
        return Double.isFinite(value) ? (Double) ((double) Math.round(value * parts) / parts) : null;
    }

    private static String status(@Nullable StreamStatus status) {
        return status != null && status.live() ? "live" : "offline";
    }

    private static @Nullable String startedAt(@Nullable StreamStatus status) {
        return status == null || status.startedAt() == null
                ? null
                : status.startedAt().toString();
    }

    private static Map<String, @Nullable Object> ingest(StreamName name) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("whip", "/whip/" + name);
        json.put("rtmp", null);
        json.put("srt", null);
        return json;
    }

    private static Map<String, @Nullable Object> playback(StreamName name, Playback playback) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("whep", "/whep/" + name);
        json.put("hls", playback.hls() ? "/hls/" + name + "/index.m3u8" : null);
        json.put("dash", playback.dash() ? "/dash/" + name + "/manifest.mpd" : null);
        return json;
    }
}
