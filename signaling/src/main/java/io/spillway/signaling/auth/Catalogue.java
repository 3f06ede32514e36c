package io.spillway.signaling.auth;

import io.spillway.media.live.StreamName;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The streams at one moment. Immutable.
 *
 * @param made those made by the API, as the file holds them
 * @param configured publish keys of the configuration
 * @param streams both by name; where a name is in both, the configured key opens it
 * @param byPublishKey the same by key: no two share one
 */
record Catalogue(
        SortedMap<StreamName, KnownStream> made,
        Map<StreamName, String> configured,
        SortedMap<StreamName, KnownStream> streams,
        Map<Key, StreamName> byPublishKey) {

    static final Comparator<StreamName> BY_NAME = Comparator.comparing(StreamName::value);

    /** @throws IllegalArgumentException when a key is none, is its stream's name, or opens two streams; quotes none */
    static Catalogue of(SortedMap<StreamName, KnownStream> made, Map<StreamName, String> configured) {
        TreeMap<StreamName, KnownStream> streams = new TreeMap<>(BY_NAME);
        streams.putAll(made);
        configured.forEach((name, key) -> {
            check(name, key);
            KnownStream known = made.get(name);
            streams.put(
                    name,
                    known == null
                            ? new KnownStream(name, name.value(), List.of(), key, null, false, true)
                            : new KnownStream(
                                    name, known.title(), known.tags(), key, known.watchKey(), known.record(), true));
        });
        Map<Key, StreamName> byPublishKey = new HashMap<>();
        streams.values().forEach(stream -> {
            StreamName other = byPublishKey.put(Key.of(stream.publishKey()), stream.name());
            if (other != null) {
                throw new IllegalArgumentException("the streams " + other + " and " + stream.name()
                        + " have the same publish key, but a key must name one stream; change one of them");
            }
        });
        return new Catalogue(
                Collections.unmodifiableSortedMap(new TreeMap<>(made)),
                Map.copyOf(configured),
                Collections.unmodifiableSortedMap(streams),
                Collections.unmodifiableMap(byPublishKey));
    }

    private static void check(StreamName name, String key) {
        if (!Key.isAllowed(key)) {
            throw new IllegalArgumentException("the publish key of auth.streams." + name + " has " + key.length()
                    + " characters; " + Key.MIN_CHARS + " to " + Key.MAX_CHARS
                    + " are allowed, of ASCII without spaces, quotes and , ; < > # ? & / % \\");
        }
        if (key.equals(name.value())) {
            throw new IllegalArgumentException("the publish key of auth.streams." + name
                    + " is the stream's name, which every viewer knows; choose another");
        }
    }
}
