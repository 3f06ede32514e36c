package io.spillway.whipwhep;

import io.spillway.whipwhep.events.EventStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to answer. The fields of {@link Cors#ALWAYS} go with every reply and are not repeated in it.
 *
 * @param body UTF-8; empty for none
 * @param created the session this reply tells of for the first time: if it cannot be delivered, nobody knows the session
 * @param follows what goes on behind the head for as long as it lasts, in place of a body; null for a reply that ends
 */
public record Reply(
        int status,
        List<Field> fields,
        String body,
        Address.@Nullable Session created,
        @Nullable EventStream follows) {

    static Reply of(int status, Field... fields) {
        return new Reply(status, List.of(fields), "", null, null);
    }

    /** The body as it goes out. */
    public byte[] bytes() {
        return body.getBytes(StandardCharsets.UTF_8);
    }

    /** The value of its first field of that name; empty where there is none. */
    public String field(String name) {
        return fields.stream()
                .filter(field -> field.name().equals(name))
                .map(Field::value)
                .findFirst()
                .orElse("");
    }
}
