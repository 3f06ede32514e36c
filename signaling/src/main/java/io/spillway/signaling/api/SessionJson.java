package io.spillway.signaling.api;

import io.spillway.sfu.SessionStatus;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The sessions of a stream as JSON. */
final class SessionJson {

    private SessionJson() {}

    static Map<String, @Nullable Object> list(List<SessionStatus> sessions) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("items", sessions.stream().map(SessionJson::session).toList());
        return json;
    }

    private static Map<String, @Nullable Object> session(SessionStatus session) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", session.id());
        json.put("role", session.role().name().toLowerCase(Locale.ROOT));
        json.put("state", session.state().name().toLowerCase(Locale.ROOT));
        json.put("userAgent", session.userAgent());
        json.put("ageMs", session.ageMs());
        json.put("addresses", session.addresses());
        json.put("sendingTo", session.sendingTo());
        json.put(
                "lastCheckError",
                session.lastCheckError() == null
                        ? null
                        : session.lastCheckError().label());
        json.put("why", session.why());
        return json;
    }
}
