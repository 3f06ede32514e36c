package io.spillway.recorder.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spillway.recorder.mux.MovieReport;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code recording.json}: what a recording's movie came to, beside it. Written when the movie is whole, so its being there says that it is. */
public final class MovieCard {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private MovieCard() {}

    /** Writes it, in place of the one that is there, and on the disk. */
    public static void write(Path file, MovieReport movie) throws IOException {
        ObjectNode json = MAPPER.createObjectNode();
        json.put("stream", movie.stream());
        json.put("startedAtMs", movie.startedAtMs());
        json.put("durationMs", movie.durationMs());
        json.put("frames", movie.frames());
        json.put("sounds", movie.sounds());
        json.put("codecs", movie.codecs());
        json.put("width", movie.width());
        json.put("height", movie.height());
        json.put("lostPackets", movie.lostPackets());
        json.put("damages", movie.damages());
        ArrayNode parts = json.putArray("parts");
        movie.parts()
                .forEach(part -> parts.addObject().put("atMs", part.atMs()).put("startedAtMs", part.startedAtMs()));
        Path next = file.resolveSibling(file.getFileName() + ".part");
        Files.write(next, MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(json));
        try (FileChannel written = FileChannel.open(next)) {
            written.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Reads its bytes; empty where they are none, or a part of one. */
    public static Optional<MovieReport> read(byte[] card) {
        try {
            JsonNode json = MAPPER.readTree(card);
            if (!json.path("durationMs").isIntegralNumber()
                    || !json.path("startedAtMs").isIntegralNumber()
                    || !json.path("codecs").isTextual()
                    || !json.path("parts").isArray()) {
                return Optional.empty();
            }
            List<MovieReport.Part> parts = new ArrayList<>();
            json.path("parts")
                    .forEach(part -> parts.add(new MovieReport.Part(
                            part.path("atMs").asLong(), part.path("startedAtMs").asLong())));
            return Optional.of(new MovieReport(
                    json.path("stream").asText(),
                    json.path("startedAtMs").asLong(),
                    json.path("durationMs").asLong(),
                    json.path("frames").asInt(),
                    json.path("sounds").asInt(),
                    json.path("codecs").asText(),
                    json.path("width").asInt(),
                    json.path("height").asInt(),
                    json.path("lostPackets").asLong(),
                    json.path("damages").asLong(),
                    parts));
        } catch (IOException none) {
            return Optional.empty();
        }
    }
}
