package io.spillway.signaling.api;

import io.spillway.sfu.RefusedCheck;
import io.spillway.sfu.SessionFigures;
import io.spillway.sfu.SessionStatus;
import io.spillway.sfu.ViewerLink;
import io.spillway.signaling.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The sessions of a stream as JSON. */
public final class SessionJson {

    private static final double NANOS_PER_MS = 1e6;

    private SessionJson() {}

    /** One session on one line, as the list has it. */
    public static String line(SessionStatus session) {
        return Json.compact(session(session));
    }

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
        RefusedCheck refused = session.lastRefused();
        json.put("lastCheckError", refused == null ? null : refused.why().label());
        json.put("lastCheckFrom", refused == null ? null : refused.from());
        json.put("why", session.why());
        json.put("sent", session.figures() instanceof SessionFigures.Viewer viewer ? sent(viewer) : null);
        json.put("received", session.figures() instanceof SessionFigures.Publisher it ? received(it) : null);
        return json;
    }

    private static Map<String, @Nullable Object> sent(SessionFigures.Viewer viewer) {
        ViewerLink link = viewer.link();
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("packets", viewer.packets());
        json.put("bytes", viewer.bytes());
        json.put("probeBytes", link.probeBytes());
        json.put("rttMs", link.rttNs() == 0 ? null : StreamJson.rounded(link.rttNs() / NANOS_PER_MS, 1000));
        json.put("lossFraction", StreamJson.rounded(link.lossFraction(), 10_000));
        json.put("estimateBps", link.estimateBps());
        json.put("estimateMeasured", link.measured());
        json.put("rid", link.rid());
        json.put("width", StreamJson.known(link.width()));
        json.put("height", StreamJson.known(link.height()));
        json.put("videoBps", StreamJson.known(link.videoBps()));
        json.put("paused", link.paused());
        json.put("freezes", viewer.freezes());
        json.put("frozenMs", viewer.frozenNs() / 1_000_000);
        return json;
    }

    private static Map<String, @Nullable Object> received(SessionFigures.Publisher publisher) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("packets", publisher.packets());
        json.put("bytes", publisher.bytes());
        json.put("tracks", publisher.tracks().stream().map(StreamJson::track).toList());
        return json;
    }
}
