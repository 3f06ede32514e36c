package io.spillway.signaling.api;

import io.spillway.sfu.Rejected;
import io.spillway.signaling.json.Json;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A refusal as {@code application/problem+json}. RFC 9457. */
final class Problem {

    private static final String TYPE_PREFIX = "urn:spillway:problem:";

    private Problem() {}

    /** The answer that tells of a refusal; a 401 says what to present, and whether what was presented is bad. RFC 6750 §3. */
    static Answer answer(Rejected refusal) {
        Map<String, Object> problem = new LinkedHashMap<>();
        problem.put("type", TYPE_PREFIX + refusal.type());
        problem.put("title", title(refusal.type()));
        problem.put("status", refusal.status());
        problem.put("detail", refusal.sentence());
        Answer answer = Answer.of(refusal.status(), "application/problem+json", Json.write(problem));
        if (refusal.retryAfterSeconds() > 0) {
            answer = answer.with("Retry-After", Integer.toString(refusal.retryAfterSeconds()));
        }
        if (refusal.status() == 401) {
            String reason = refusal.type().equals("unknown-key") ? ", error=\"invalid_token\"" : "";
            answer = answer.with("WWW-Authenticate", "Bearer realm=\"spillway\"" + reason);
        }
        return answer;
    }

    /** {@code no-such-stream} reads as "No such stream". */
    private static String title(String type) {
        return type.substring(0, 1).toUpperCase(Locale.ROOT) + type.substring(1).replace('-', ' ');
    }
}
