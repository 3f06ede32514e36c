package io.spillway.signaling.api;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which pages of other origins may call the API. Credentials mode is never allowed: no cookie and no browser password means anything
 * here, so {@code *} gives a page nothing that a program could not have.
 *
 * @param allowed origins such as {@code https://example.net}; empty allows every one
 */
public record CrossOrigin(Set<String> allowed) {

    private static final String EXPOSED = "Location, Retry-After, WWW-Authenticate";
    private static final String REQUEST_HEADERS = "Authorization, Content-Type";

    /** Browsers keep a preflight's answer no longer than two hours anyway. */
    private static final String PREFLIGHT_SECONDS = "7200";

    public CrossOrigin {
        allowed = Set.copyOf(allowed);
    }

    /** The header lines that go with every answer of the API. */
    Map<String, String> headers(@Nullable String origin) {
        Map<String, String> headers = new LinkedHashMap<>();
        if (allowed.isEmpty()) {
            headers.put("Access-Control-Allow-Origin", "*");
        } else {
            headers.put("Vary", "Origin");
            if (origin == null || !allowed.contains(origin)) {
                return headers;
            }
            headers.put("Access-Control-Allow-Origin", origin);
        }
        headers.put("Access-Control-Expose-Headers", EXPOSED);
        return headers;
    }

    /** The same for a preflight of a path with these methods. */
    Map<String, String> preflight(@Nullable String origin, String methods) {
        Map<String, String> headers = headers(origin);
        if (headers.containsKey("Access-Control-Allow-Origin")) {
            headers.put("Access-Control-Allow-Methods", methods);
            // By name: "*" never covers Authorization.
            headers.put("Access-Control-Allow-Headers", REQUEST_HEADERS);
            headers.put("Access-Control-Max-Age", PREFLIGHT_SECONDS);
        }
        return headers;
    }
}
