package io.spillway.whipwhep;

import io.spillway.media.problem.ProblemJson;
import io.spillway.sfu.Rejected;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A refusal as {@code application/problem+json}. RFC 9457. */
public final class Problem {

    private Problem() {}

    /** The reply that tells of {@code refusal}, with {@code extra} header lines. */
    static Reply reply(Rejected refusal, Field... extra) {
        List<Field> fields = new ArrayList<>(Arrays.asList(extra));
        fields.add(new Field("Content-Type", ProblemJson.CONTENT_TYPE));
        if (refusal.retryAfterSeconds() > 0) {
            fields.add(new Field("Retry-After", Integer.toString(refusal.retryAfterSeconds())));
        }
        return new Reply(refusal.status(), List.copyOf(fields), json(refusal), null, null);
    }

    /** The document alone. */
    public static String json(Rejected refusal) {
        return ProblemJson.of(refusal.status(), refusal.type(), refusal.sentence());
    }
}
