package io.spillway.whipwhep;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a PATCH says of the ICE generation it is meant for. RFC 9110 §13.1.1, RFC 9725 §4.3.1.
 *
 * @param tags quoted as they stand; a weak or badly written one equals none of ours
 */
record IfMatch(Set<String> tags) {

    private static final String ANY = "*";

    /** Reads the header's lines. Commas inside a tag part it: ours have none. */
    static IfMatch of(List<String> lines) {
        return new IfMatch(lines.stream()
                .flatMap(line -> Arrays.stream(line.split(",", -1)))
                .map(String::strip)
                .filter(tag -> !tag.isEmpty())
                .collect(Collectors.toUnmodifiableSet()));
    }

    boolean isAbsent() {
        return tags.isEmpty();
    }

    /** Whether it asks for an ICE restart. */
    boolean isAny() {
        return tags.equals(Set.of(ANY));
    }

    /** @param tag without its quotes */
    boolean matches(String tag) {
        return tags.contains(quote(tag));
    }

    /** A strong entity tag as a header carries it. */
    static String quote(String tag) {
        return '"' + tag + '"';
    }
}
