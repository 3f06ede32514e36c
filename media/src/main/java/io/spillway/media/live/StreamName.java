package io.spillway.media.live;

import java.util.Optional;

/** The name of a stream, as it stands in every address. One to 64 of {@code A-Z a-z 0-9 _ -}. */
public record StreamName(String value) {

    /** What a name may be made of; also what a refusal quotes. */
    public static final String ALLOWED = "[A-Za-z0-9_-]{1,64}";

    private static final int MAX_CHARS = 64;

    /** @throws IllegalArgumentException when {@code value} is no stream name; {@link #parse} for what a stranger sent */
    public StreamName {
        if (!isName(value)) {
            throw new IllegalArgumentException("not a stream name, " + ALLOWED + " is allowed: " + value);
        }
    }

    /** The name, or empty when {@code value} is none. */
    public static Optional<StreamName> parse(String value) {
        return isName(value) ? Optional.of(new StreamName(value)) : Optional.empty();
    }

    /** As {@link #ALLOWED} has it: each request of a crowd asks. */
    private static boolean isName(String value) {
        if (value.isEmpty() || value.length() > MAX_CHARS) {
            return false;
        }
        for (int i = 0; i < value.length(); i++) {
            char each = value.charAt(i);
            boolean letter = (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z');
            if (!letter && (each < '0' || each > '9') && each != '_' && each != '-') {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return value;
    }
}
