package io.spillway.signaling.api;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.Sfu;
import io.spillway.signaling.auth.Authority;
import io.spillway.signaling.auth.StreamKeys;
import io.spillway.signaling.health.Reachability;
import io.spillway.signaling.health.Readiness;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The REST control plane: finds the route, answers, and turns every refusal into a problem document. Any thread; may block. */
public final class ControlPlane {

    private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);

    private static final String API = "/api/";

    private final List<Route> routes;
    private final Pace pace;
    private final CrossOrigin crossOrigin;

    /**
     * @param metrics the text for Prometheus
     * @param playback where streams can be watched
     * @param ladder how the renditions stand that are made of a stream
     * @param pace asked before anything is changed
     */
    public ControlPlane(
            Sfu sfu,
            StreamKeys keys,
            Authority authority,
            Readiness readiness,
            Supplier<Reachability> reachability,
            Supplier<String> metrics,
            Playback playback,
            Function<StreamName, LadderReport> ladder,
            Recordings recordings,
            Pace pace,
            CrossOrigin crossOrigin) {
        List<Route> all =
                new ArrayList<>(new StreamResource(sfu, keys, authority, playback, ladder, recordings).routes());
        all.addAll(new RecordingResource(recordings, authority).routes());
        all.addAll(new ClipResource(recordings, authority).routes());
        all.addAll(new ServerResource(sfu::loops, readiness, reachability, metrics).routes());
        this.routes = List.copyOf(all);
        this.pace = pace;
        this.crossOrigin = crossOrigin;
    }

    /** Whether a path is the control plane's to answer, be it with 404. */
    public boolean owns(String path) {
        return path.startsWith(API)
                || routes.stream().anyMatch(route -> route.template().equals(path));
    }

    /** The answer to any call on a path it owns. */
    public Answer answer(Call call) {
        String methods = methods(call.path());
        Answer answer;
        if (call.method().equals("OPTIONS") && !methods.isEmpty()) {
            answer = Answer.empty(204).with("Allow", methods);
        } else {
            answer = routed(call, methods);
        }
        // No cache may keep what one caller sees and another must not.
        answer = answer.with("Cache-Control", "no-store").with("X-Content-Type-Options", "nosniff");
        if (!call.path().startsWith(API)) {
            return answer;
        }
        String origin = call.caller().origin();
        return answer.with(call.preflight() ? crossOrigin.preflight(origin, methods) : crossOrigin.headers(origin));
    }

    private Answer routed(Call call, String methods) {
        try {
            String method = call.method().equals("HEAD") ? "GET" : call.method();
            for (Route route : routes) {
                Optional<List<String>> named = route.match(call.path());
                if (named.isPresent() && route.method().equals(method)) {
                    if (!method.equals("GET")) {
                        pace.take(call.caller().address(), call.key());
                    }
                    return route.endpoint().answer(call, named.get());
                }
            }
            throw methods.isEmpty()
                    ? new Rejected(
                            404,
                            "no-such-address",
                            "There is nothing at this address; /api/v1/openapi.json lists what there is.")
                    : new Rejected(405, "method-not-allowed", "This address takes " + methods + ".");
        } catch (Rejected refusal) {
            Answer problem = Problem.answer(refusal);
            return refusal.status() == 405 ? problem.with("Allow", methods) : problem;
        } catch (IOException e) {
            LOG.warn("cannot answer {} {}", call.method(), call.path(), e);
            return Problem.answer(new Rejected(
                    500,
                    "storage-failed",
                    "The server cannot write its data folder, so nothing was changed; its log says why."));
        } catch (RuntimeException e) {
            LOG.error("{} {} met a bug", call.method(), call.path(), e);
            return Problem.answer(new Rejected(
                    500,
                    "internal-error",
                    "The server met a bug in itself; its log says where. Other calls are not affected."));
        }
    }

    /** What a path takes, as an Allow header lists it; empty when there is no such path. RFC 9110 §10.2.1. */
    private String methods(String path) {
        TreeSet<String> methods = new TreeSet<>();
        for (Route route : routes) {
            if (route.match(path).isPresent()) {
                methods.add(route.method());
                methods.add("OPTIONS");
                if (route.method().equals("GET")) {
                    methods.add("HEAD");
                }
            }
        }
        return String.join(", ", methods);
    }

    /** Every address and method, for the description to be held against: {@code GET /api/v1/streams/{id}}. */
    List<String> addresses() {
        return routes.stream()
                .map(route -> route.method() + " " + route.template())
                .toList();
    }
}
