package io.spillway.signaling.auth;

import io.spillway.media.live.StreamName;
import io.spillway.signaling.json.Json;
import io.spillway.signaling.json.JsonException;
import io.spillway.signaling.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code streams.json}: the streams made by the API, with their keys. */
final class StreamFile {

    private final Path path;
    private final PrivateFile file;

    StreamFile(Path path) {
        this.path = path;
        this.file = new PrivateFile(path);
    }

    /** The streams; empty when there is no file yet. @throws IOException with the file's name when it is unreadable or was damaged */
    Optional<List<KnownStream>> read() throws IOException {
        Optional<byte[]> content = file.read();
        if (content.isEmpty()) {
            return Optional.empty();
        }
        try {
            List<KnownStream> streams = new ArrayList<>();
            for (JsonObject entry : Json.read(content.get()).objects("streams")) {
                streams.add(stream(entry));
            }
            return Optional.of(streams);
        } catch (JsonException e) {
            throw new IOException(path + ": " + e.sentence() + "; mend it, or remove it to start with new keys", e);
        }
    }

    void write(Collection<KnownStream> streams) throws IOException {
        List<Map<String, @Nullable Object>> entries = new ArrayList<>();
        for (KnownStream stream : streams) {
            Map<String, @Nullable Object> entry = new LinkedHashMap<>();
            entry.put("name", stream.name().value());
            entry.put("title", stream.title());
            entry.put("tags", stream.tags());
            entry.put("publishKey", stream.publishKey());
            entry.put("watchKey", stream.watchKey());
            entry.put("record", stream.record());
            entries.add(entry);
        }
        file.write(Json.write(Map.of("streams", entries)).getBytes(StandardCharsets.UTF_8));
    }

    private KnownStream stream(JsonObject entry) throws JsonException, IOException {
        String text = entry.text("name");
        StreamName name = StreamName.parse(text)
                .orElseThrow(() -> new IOException(
                        path + " has a stream whose name is not of " + StreamName.ALLOWED + "; mend it"));
        String publishKey = entry.text("publishKey");
        if (!Key.isAllowed(publishKey)) {
            throw new IOException(path + ": the publish key of " + name + " is none; mend it");
        }
        return new KnownStream(
                name,
                entry.optionalText("title").orElse(text),
                entry.texts("tags"),
                publishKey,
                entry.optionalText("watchKey").orElse(null),
                entry.optionalFlag("record").orElse(false),
                false);
    }
}
