package io.spillway.whipwhep;

import io.spillway.sfu.Rejected;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The key or token of a request. Not a record, so that no log line prints it by accident.
 *
 * <p>Taken from {@code Authorization: Bearer x}, from a bare {@code Authorization: x} (the Eyevinn player sends it so), else from
 * {@code ?token=x} for clients that cannot set a header. W24, W25.
 */
final class Credential {

    /** A JWT of a large identity provider stays under 4 KiB; more would only fill our logs' and tables' memory. */
    static final int MAX_CHARS = 4096;

    private static final String SCHEME = "bearer";
    private static final String PARAMETER = "token=";

    private final @Nullable String header;
    private final @Nullable String query;

    private Credential(@Nullable String header, @Nullable String query) {
        this.header = header;
        this.query = query;
    }

    /**
     * @param authorization the values of all Authorization lines
     * @param query as it stands behind the question mark
     * @throws Rejected 400 when there are several lines, the query is badly escaped, or the token is too long
     */
    static Credential of(List<String> authorization, String query) throws Rejected {
        if (authorization.size() > 1) {
            throw new Rejected(400, "duplicate-header", "Authorization stands more than once; send it once");
        }
        String header = authorization.isEmpty() ? null : token(authorization.getFirst());
        String parameter = parameter(query);
        if (tooLong(header) || tooLong(parameter)) {
            throw new Rejected(400, "token-too-long", "the token is longer than " + MAX_CHARS + " characters");
        }
        return new Credential(header, parameter);
    }

    /** Whether a query carries a token. */
    static boolean stands(String query) {
        return Arrays.stream(query.split("&", -1)).anyMatch(part -> part.startsWith(PARAMETER));
    }

    /** What was sent, the header first; null for nothing. */
    @Nullable
    String value() {
        return header != null ? header : query;
    }

    /** What the header alone says. */
    @Nullable
    String header() {
        return header;
    }

    /** What the address alone says. */
    @Nullable
    String query() {
        return query;
    }

    private static boolean tooLong(@Nullable String token) {
        return token != null && token.length() > MAX_CHARS;
    }

    private static @Nullable String parameter(String query) throws Rejected {
        for (String part : query.split("&", -1)) {
            if (part.startsWith(PARAMETER) && part.length() > PARAMETER.length()) {
                // A plus is meant as one: no token holds a space, many a base64 key holds a plus.
                String value = part.substring(PARAMETER.length()).replace("+", "%2B");
                try {
                    return URLDecoder.decode(value, StandardCharsets.UTF_8);
                } catch (IllegalArgumentException e) {
                    throw new Rejected(400, "bad-query", "the token in the query is badly percent-encoded");
                }
            }
        }
        return null;
    }

    private static @Nullable String token(String value) {
        String trimmed = value.strip();
        int space = trimmed.indexOf(' ');
        if (space < 0) {
            return trimmed.isEmpty() || trimmed.equalsIgnoreCase(SCHEME) ? null : trimmed;
        }
        // Another scheme is no bearer token: the caller is as good as anonymous.
        return trimmed.substring(0, space).equalsIgnoreCase(SCHEME)
                ? trimmed.substring(space).strip()
                : null;
    }
}
