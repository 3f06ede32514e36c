package io.spillway.signaling.api;

import io.spillway.sfu.Rejected;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One method on one path.
 *
 * @param template the path, where a segment in braces, as {@code {id}}, stands for any one
 */
record Route(String method, String template, Endpoint endpoint) {

    /** What a route leads to. {@code named} are the segments that stand for those in braces, in order, decoded and as wild as they were sent. */
    interface Endpoint {

        Answer answer(Call call, List<String> named) throws Rejected, IOException;
    }

    /** What stands for the segments in braces, none of it empty, when the path matches. */
    Optional<List<String>> match(String path) {
        String[] expected = template.split("/", -1);
        String[] segments = path.split("/", expected.length + 1);
        if (segments.length != expected.length) {
            return Optional.empty();
        }
        List<String> named = new ArrayList<>();
        for (int i = 0; i < expected.length; i++) {
            if (!expected[i].startsWith("{")) {
                if (!segments[i].equals(expected[i])) {
                    return Optional.empty();
                }
            } else if (segments[i].isEmpty()) {
                return Optional.empty();
            } else {
                named.add(segments[i]);
            }
        }
        return Optional.of(List.copyOf(named));
    }
}
