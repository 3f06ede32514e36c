package io.spillway.signaling.api;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.Rejected;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which page of the list of streams is asked for.
 *
 * @param live wanted state; null for both
 * @param after the last name of the page before; null for the first page
 * @param limit most streams on the page, 1..{@link #MAX_LIMIT}
 */
record StreamQuery(@Nullable Boolean live, @Nullable StreamName after, int limit) {

    static final int DEFAULT_LIMIT = 50;
    static final int MAX_LIMIT = 500;

    static StreamQuery of(Map<String, String> query) throws Rejected {
        return new StreamQuery(live(query.get("status")), after(query.get("cursor")), limit(query.get("limit")));
    }

    private static @Nullable Boolean live(@Nullable String status) throws Rejected {
        return switch (status) {
            case null -> null;
            case "live" -> true;
            case "offline" -> false;
            default -> throw badQuery("status", "it is live or offline");
        };
    }

    private static @Nullable StreamName after(@Nullable String cursor) throws Rejected {
        if (cursor == null) {
            return null;
        }
        Optional<StreamName> name = StreamName.parse(cursor);
        if (name.isEmpty()) {
            throw badQuery("cursor", "it is the next of the page before");
        }
        return name.get();
    }

    /** How much a page has at most. */
    static int limit(@Nullable String limit) throws Rejected {
        if (limit == null) {
            return DEFAULT_LIMIT;
        }
        try {
            int number = Integer.parseInt(limit);
            if (number >= 1 && number <= MAX_LIMIT) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // refused below, as a number out of range is
        }
        throw badQuery("limit", "it is 1 to " + MAX_LIMIT);
    }

    static Rejected badQuery(String parameter, String allowed) {
        return new Rejected(400, "bad-query", "The query parameter " + parameter + " cannot be used: " + allowed + ".");
    }
}
