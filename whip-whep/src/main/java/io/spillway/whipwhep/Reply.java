package io.spillway.whipwhep;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to answer. The fields of {@link Cors#ALWAYS} go with every reply and are not repeated in it.
 *
 * @param body UTF-8; empty for none
 * @param created the session this reply tells of for the first time: if it cannot be delivered, nobody knows the session
 */
public record Reply(int status, List<Field> fields, String body, Address.@Nullable Session created) {

    static Reply of(int status, Field... fields) {
        return new Reply(status, List.of(fields), "", null);
    }

    /** The body as it goes out. */
    public byte[] bytes() {
        return body.getBytes(StandardCharsets.UTF_8);
    }
}
