package io.spillway.media.live;

import java.util.Optional;
import java.util.regex.Pattern;

/** The name of a stream, as it stands in every address. One to 64 of {@code A-Z a-z 0-9 _ -}. */
public record StreamName(String value) {

    /** What a name may be made of; also what a refusal quotes. */
    public static final String ALLOWED = "[A-Za-z0-9_-]{1,64}";

    private static final Pattern PATTERN = Pattern.compile(ALLOWED);

    /** @throws IllegalArgumentException when {@code value} is no stream name; {@link #parse} for what a stranger sent */
    public StreamName {
        if (!PATTERN.matcher(value).matches()) {
            throw new IllegalArgumentException("not a stream name, " + ALLOWED + " is allowed: " + value);
        }
    }

    /** The name, or empty when {@code value} is none. */
    public static Optional<StreamName> parse(String value) {
        return PATTERN.matcher(value).matches() ? Optional.of(new StreamName(value)) : Optional.empty();
    }

    @Override
    public String toString() {
        return value;
    }
}
