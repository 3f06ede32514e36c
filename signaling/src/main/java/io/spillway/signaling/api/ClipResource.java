package io.spillway.signaling.api;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.Rejected;
import io.spillway.signaling.auth.Authority;
import io.spillway.signaling.json.Json;
import io.spillway.signaling.json.JsonException;
import io.spillway.signaling.json.JsonObject;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Clips of what is recorded of a stream, or was: says where one is. It is cut when somebody fetches it. */
final class ClipResource {

    private static final String BAD = "bad-clip";

    /** As {@code /vod/} has it. */
    private static final double MAX_S = 3_600;

    private final Recordings recordings;
    private final Authority authority;

    ClipResource(Recordings recordings, Authority authority) {
        this.recordings = recordings;
        this.authority = authority;
    }

    List<Route> routes() {
        return List.of(new Route(
                "POST", "/api/v1/streams/{id}/clips", (call, named) -> create(call, StreamResource.name(named))));
    }

    private Answer create(Call call, StreamName stream) throws Rejected {
        authority.play(call.caller(), stream, call.key());
        double startS;
        double durationS;
        try {
            JsonObject json = Json.read(JsonBody.read(call));
            json.allowOnly(Set.of("start", "duration"));
            startS = json.number("start");
            durationS = json.number("duration");
        } catch (JsonException e) {
            throw Labels.refused(BAD, e.sentence());
        }
        if (!(durationS > 0 && durationS <= MAX_S)) {
            throw Labels.refused(BAD, "the field \"duration\" is more than 0 and up to 3600, in seconds");
        }
        Recordings.Item newest = recordings.list(stream, null).stream()
                .flatMap(List::stream)
                .findFirst()
                .orElseThrow(() -> new Rejected(
                        404,
                        "no-such-recording",
                        "Nothing of " + stream
                                + " is recorded: record.streams (SPILLWAY_RECORD_STREAMS) says what is."));
        double fromS = fromS(startS, newest.durationMs());
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        String address =
                "/vod/" + newest.id() + "/clip.mp4?start=" + seconds(fromS) + "&duration=" + seconds(durationS);
        json.put("recording", newest.id());
        json.put("start", fromS);
        json.put("duration", durationS);
        json.put("mp4", address);
        return Answer.json(201, json).with("Location", address);
    }

    /** @param lastsMs what there is so far; null where that is not known, which who fetches the clip is told then */
    private static double fromS(double startS, @Nullable Long lastsMs) throws Rejected {
        if (lastsMs == null) {
            if (startS < 0) {
                throw Labels.refused(
                        BAD,
                        "the field \"start\" is 0 or more as long as the recording's movie is being made, and its end not known");
            }
            return startS;
        }
        double lastsS = lastsMs / 1_000.0;
        if (startS >= lastsS) {
            throw Labels.refused(
                    BAD,
                    "the field \"start\" is less than " + seconds(lastsS)
                            + ", what is recorded so far; -30 is 30 s before its end");
        }
        // Negative ones count back from the end.
        return startS < 0 ? Math.max(0, lastsS + startS) : startS;
    }

    private static String seconds(double value) {
        BigDecimal exact = BigDecimal.valueOf(value).setScale(3, RoundingMode.HALF_UP);
        return exact.stripTrailingZeros().toPlainString();
    }
}
