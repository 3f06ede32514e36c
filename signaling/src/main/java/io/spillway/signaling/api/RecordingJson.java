package io.spillway.signaling.api;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A recording as JSON. A field that there is no value for is null, so the shape is always the same. */
final class RecordingJson {

    private RecordingJson() {}

    static Map<String, @Nullable Object> recording(Recordings.Item item) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", item.id());
        json.put("stream", item.stream().value());
        json.put("title", item.title().isEmpty() ? item.stream().value() : item.title());
        json.put("tags", item.tags());
        json.put("startedAt", at(item.startedAtMs()));
        json.put("durationMs", item.durationMs());
        json.put("bytes", item.bytes());
        json.put("status", item.status());
        json.put("progress", item.progress());
        json.put("reason", item.why());
        json.put("codecs", item.codecs().isEmpty() ? null : item.codecs());
        json.put("width", StreamJson.known(item.width()));
        json.put("height", StreamJson.known(item.height()));
        json.put("lostPackets", item.lostPackets());
        json.put(
                "chapters",
                item.chapters().stream()
                        .map(chapter -> Map.of("atMs", chapter.atMs(), "startedAt", at(chapter.startedAtMs())))
                        .toList());
        json.put("playback", playback(item));
        return json;
    }

    private static Map<String, @Nullable Object> playback(Recordings.Item item) {
        boolean ready = item.status().equals("ready");
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("hls", ready && item.hls() ? "/vod/" + item.id() + "/index.m3u8" : null);
        json.put("mp4", ready ? "/vod/" + item.id() + "/video.mp4" : null);
        json.put("thumbnail", ready && item.width() > 0 ? "/vod/" + item.id() + "/thumbnail.jpg" : null);
        return json;
    }

    private static String at(long unixMs) {
        return Instant.ofEpochMilli(unixMs).toString();
    }
}
