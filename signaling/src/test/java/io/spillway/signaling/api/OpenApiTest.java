package io.spillway.signaling.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.signaling.auth.AdminToken;
import io.spillway.signaling.auth.Authority;
import io.spillway.signaling.auth.Caller;
import io.spillway.signaling.auth.StreamKeys;
import io.spillway.signaling.health.Reachability;
import io.spillway.signaling.health.Readiness;
import io.spillway.signaling.json.Json;
import io.spillway.signaling.json.JsonException;
import io.spillway.signaling.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The description, held against the routes and against what they answer. */
final class OpenApiTest {

    @TempDir
    Path folder;

    @Test
    void shouldListExactlyTheRoutes() throws IOException, JsonException {
        ControlPlane plane = plane();
        JsonObject paths = document(plane).object("paths").orElseThrow();
        Set<String> described = new TreeSet<>();
        for (String path : paths.names()) {
            JsonObject item = paths.object(path).orElseThrow();
            for (String method : item.names()) {
                if (!method.equals("parameters")) {
                    described.add(method.toUpperCase(Locale.ROOT) + " " + path);
                }
            }
        }
        assertEquals(new TreeSet<>(plane.addresses()), described);
    }

    @Test
    void shouldDescribeEachOperationByANameOfItsOwn() throws IOException, JsonException {
        JsonObject paths = document(plane()).object("paths").orElseThrow();
        Set<String> names = new HashSet<>();
        for (String path : paths.names()) {
            JsonObject item = paths.object(path).orElseThrow();
            for (String method : item.names()) {
                if (!method.equals("parameters")) {
                    JsonObject operation = item.object(method).orElseThrow();
                    assertTrue(names.add(operation.text("operationId")), path);
                    assertTrue(
                            !operation.text("summary").isEmpty()
                                    && operation.object("responses").isPresent(),
                            path);
                }
            }
        }
    }

    @Test
    void shouldReferToNothingThatIsNotThere() throws IOException, JsonException {
        ControlPlane plane = plane();
        JsonObject document = document(plane);
        Matcher references = Pattern.compile("\"\\$ref\": \"#/([^\"]+)\"").matcher(text(plane));
        int found = 0;
        while (references.find()) {
            Optional<JsonObject> at = Optional.of(document);
            for (String step : references.group(1).split("/", -1)) {
                at = at.orElseThrow(() -> new AssertionError(references.group(1)))
                        .object(step);
            }
            assertTrue(at.isPresent(), references.group(1));
            found++;
        }
        assertTrue(found > 10);
    }

    @Test
    void shouldDescribeTheFieldsThatAreSent() throws IOException, JsonException {
        ControlPlane plane = plane();
        JsonObject schemas = document(plane)
                .object("components")
                .orElseThrow()
                .object("schemas")
                .orElseThrow();
        assertFields(schemas, "Stream", read(plane, "/api/v1/streams/live"), Set.of("watchKey"));
        assertFields(schemas, "StreamStatus", read(plane, "/api/v1/streams/live/status"), Set.of());
        assertFields(schemas, "Recording", read(plane, "/api/v1/recordings/" + MemoryRecordings.READY), Set.of());
        assertFields(schemas, "Readiness", read(plane, "/readyz"), Set.of());
        assertFields(schemas, "Problem", read(plane, "/api/v1/streams/none"), Set.of());
    }

    private static void assertFields(JsonObject schemas, String schema, JsonObject sent, Set<String> notHere)
            throws JsonException {
        JsonObject described = schemas.object(schema).orElseThrow();
        Set<String> fields =
                new TreeSet<>(described.object("properties").orElseThrow().names());
        fields.removeAll(notHere);
        assertEquals(fields, new TreeSet<>(sent.names()), schema);
        assertTrue(sent.names().containsAll(described.texts("required")), schema);
    }

    private ControlPlane plane() throws IOException {
        SecureRandom random = new SecureRandom();
        StreamKeys keys = StreamKeys.open(folder.resolve("streams.json"), Map.of(), random);
        AdminToken token = AdminToken.open(folder.resolve("admin-token"), random);
        return new ControlPlane(
                new StillSfu(),
                keys,
                new Authority(keys, token, true),
                new Readiness(List.of()),
                () -> new Reachability("0", "", List.of(), List.of()),
                () -> "",
                new Playback(true, true),
                _ -> LadderReport.NONE,
                new MemoryRecordings(),
                (_, _) -> {},
                new CrossOrigin(Set.of()));
    }

    private static JsonObject document(ControlPlane plane) throws JsonException {
        return read(plane, "/api/v1/openapi.json");
    }

    private static JsonObject read(ControlPlane plane, String path) throws JsonException {
        return Json.read(answer(plane, path).body().getBytes(StandardCharsets.UTF_8));
    }

    private static String text(ControlPlane plane) {
        return answer(plane, "/api/v1/openapi.json").body();
    }

    private static Answer answer(ControlPlane plane, String path) {
        Caller caller = new Caller(InetAddress.getLoopbackAddress(), "localhost", null, false);
        return plane.answer(
                new Call("GET", path, Map.of(), caller, null, null, false, maxBytes -> Optional.of(new byte[0])));
    }
}
