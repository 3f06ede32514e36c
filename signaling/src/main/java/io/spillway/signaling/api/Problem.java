package io.spillway.signaling.api;

import io.spillway.media.problem.ProblemJson;
import io.spillway.sfu.Rejected;

/** A refusal as {@code application/problem+json}. RFC 9457. */
final class Problem {

    private Problem() {}

    /** The answer that tells of a refusal; a 401 says what to present, and whether what was presented is bad. RFC 6750 §3. */
    static Answer answer(Rejected refusal) {
        Answer answer = Answer.of(
                refusal.status(),
                ProblemJson.CONTENT_TYPE,
                ProblemJson.of(refusal.status(), refusal.type(), refusal.sentence()));
        if (refusal.retryAfterSeconds() > 0) {
            answer = answer.with("Retry-After", Integer.toString(refusal.retryAfterSeconds()));
        }
        if (refusal.status() == 401) {
            String reason = refusal.type().equals("unknown-key") ? ", error=\"invalid_token\"" : "";
            answer = answer.with("WWW-Authenticate", "Bearer realm=\"spillway\"" + reason);
        }
        return answer;
    }
}
