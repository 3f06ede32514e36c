package io.spillway.signaling.api;

import io.spillway.sfu.LoopStatus;
import io.spillway.signaling.health.Reachability;
import io.spillway.signaling.health.Readiness;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The server as a resource: alive, ready, how reached, its metrics, and the description of this very API. */
final class ServerResource {

    private static final String OPENAPI = "openapi.json";

    /** A balancer asks again after this long. */
    private static final String RETRY_SECONDS = "5";

    private final Supplier<List<LoopStatus>> loops;
    private final Readiness readiness;
    private final Supplier<Reachability> reachability;
    private final Supplier<String> metrics;

    ServerResource(
            Supplier<List<LoopStatus>> loops,
            Readiness readiness,
            Supplier<Reachability> reachability,
            Supplier<String> metrics) {
        this.loops = loops;
        this.readiness = readiness;
        this.reachability = reachability;
        this.metrics = metrics;
    }

    List<Route> routes() {
        return List.of(
                new Route("GET", "/api/v1/openapi.json", (call, none) -> openapi()),
                new Route("GET", "/api/v1/server", (call, none) -> server()),
                new Route("GET", "/healthz", (call, none) -> Answer.json(200, Map.of("status", "alive"))),
                new Route("GET", "/readyz", (call, none) -> ready()),
                new Route("GET", "/metrics", (call, none) -> metrics()));
    }

    private Answer openapi() throws IOException {
        try (InputStream document = ServerResource.class.getResourceAsStream(OPENAPI)) {
            if (document == null) {
                throw new IOException(OPENAPI + " is missing from the jar");
            }
            return Answer.of(200, "application/json", new String(document.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private Answer server() {
        Reachability reached = reachability.get();
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("version", reached.version());
        json.put("whipUrl", reached.whipUrl().isEmpty() ? null : reached.whipUrl());
        json.put("addresses", reached.mediaAddresses());
        json.put("warnings", reached.warnings());
        json.put("loops", loops.get().stream().map(ServerResource::loop).toList());
        return Answer.json(200, json);
    }

    private static Map<String, Object> loop(LoopStatus loop) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("busyPercent", loop.busyPercent());
        json.put("longestTurnMs", loop.longestTurnNs() / 1_000_000);
        json.put("shedding", loop.shedding().label());
        return json;
    }

    private Answer ready() {
        List<String> reasons = readiness.unreadyReasons();
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("status", reasons.isEmpty() ? "ready" : "unready");
        json.put("reasons", reasons);
        return reasons.isEmpty()
                ? Answer.json(200, json)
                : Answer.json(503, json).with("Retry-After", RETRY_SECONDS);
    }

    private Answer metrics() {
        return Answer.of(200, "text/plain; version=0.0.4; charset=utf-8", metrics.get());
    }
}
