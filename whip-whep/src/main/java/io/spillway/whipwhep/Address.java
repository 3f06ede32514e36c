package io.spillway.whipwhep;

import io.spillway.media.live.StreamName;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a path names: an endpoint, a session, or nothing that can exist.
 *
 * <pre>
 *     /whip            /whip/{stream}      /{stream}/whip     endpoint
 *     /whip/{stream}/{session}                                session
 * </pre>
 *
 * and the same with {@code whep}, which also has
 *
 * <pre>
 *     /whep/{stream}/{session}/layer                          choice of layers
 *     /whep/{stream}/{session}/events                         where event streams are made
 *     /whep/{stream}/{session}/events/{id}                    one of them
 * </pre>
 */
public sealed interface Address {

    Protocol protocol();

    /** Where offers are posted. {@code stream} is null where the bearer names it. */
    record Endpoint(Protocol protocol, @Nullable StreamName stream) implements Address {}

    /** One session; {@code id} has the form of one and may still name none. */
    record Session(Protocol protocol, StreamName stream, String id) implements Address {

        /** The absolute path without context, as {@code Location} gives it. */
        public String path() {
            return "/" + protocol.segment() + "/" + stream + "/" + id;
        }

        /** Where its layers are chosen. */
        String layerPath() {
            return path() + "/" + Paths.LAYER;
        }

        /** Where its event streams are made, and below which they are. */
        String eventsPath() {
            return path() + "/" + Paths.EVENTS;
        }
    }

    /** What one viewer gets of its video's layers. */
    record Layer(Session session) implements Address {

        @Override
        public Protocol protocol() {
            return session.protocol();
        }
    }

    /** Where one viewer asks to be told of its stream. */
    record Events(Session session) implements Address {

        @Override
        public Protocol protocol() {
            return session.protocol();
        }
    }

    /** What one viewer is told; {@code id} has the form of one and may still name none. */
    record EventFeed(Session session, String id) implements Address {

        @Override
        public Protocol protocol() {
            return session.protocol();
        }
    }

    /** Stands where a stream name should and is none. */
    record BadName(Protocol protocol, String name) implements Address {}

    /** Below our paths, where nothing ever is. */
    record Nowhere(Protocol protocol) implements Address {}

    /**
     * The address of a path, or empty for a path that is not ours.
     *
     * @param path decoded once and free of dot segments
     */
    static Optional<Address> parse(String path) {
        String trimmed = path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        // One part more than the deepest address has: whatever lies below is in the last.
        String[] parts = trimmed.split("/", Paths.DEEPEST + 1);
        if (parts.length < 2 || !parts[0].isEmpty()) {
            return Optional.empty();
        }
        for (Protocol protocol : Protocol.values()) {
            if (parts[1].equals(protocol.segment())) {
                return Optional.of(Paths.below(protocol, parts));
            }
        }
        for (Protocol protocol : Protocol.values()) {
            boolean alias = parts.length == 3 && parts[2].equals(protocol.segment());
            if (alias && !Paths.RESERVED.contains(parts[1])) {
                return Optional.of(Paths.endpoint(protocol, parts[1]));
            }
        }
        return Optional.empty();
    }

    /** How parts become addresses. */
    final class Paths {

        /** Parts of {@code /whep/{stream}/{session}/events/{id}}, with the empty one before the first slash. */
        private static final int DEEPEST = 6;

        /** Parts of {@code /whep/{stream}/{session}}. */
        private static final int SESSION = 4;

        private static final String LAYER = "layer";
        private static final String EVENTS = "events";

        /** First parts of the server's other addresses: {@code /watch/whip} is the watch page of a stream called whip. */
        private static final Set<String> RESERVED = Set.of(
                "api",
                "dash",
                "dashboard",
                "embed",
                "healthz",
                "hls",
                "library",
                "metrics",
                "publish",
                "readyz",
                "signal",
                "vod",
                "watch");

        // 128 bits take 22 characters of base64url; nothing of ours comes near 128.
        private static final Pattern SESSION_ID = Pattern.compile("[A-Za-z0-9_-]{1,128}");

        private Paths() {}

        private static Address below(Protocol protocol, String[] parts) {
            if (parts.length == 2) {
                return new Endpoint(protocol, null);
            }
            Address endpoint = endpoint(protocol, parts[2]);
            if (parts.length == 3 || endpoint instanceof BadName) {
                return endpoint;
            }
            if (parts.length > DEEPEST || !SESSION_ID.matcher(parts[3]).matches()) {
                return new Nowhere(protocol);
            }
            Session session = new Session(protocol, new StreamName(parts[2]), parts[3]);
            if (parts.length == SESSION) {
                return session;
            }
            return protocol == Protocol.WHEP ? belowViewer(session, parts) : new Nowhere(protocol);
        }

        private static Address belowViewer(Session session, String[] parts) {
            boolean deepest = parts.length == DEEPEST;
            if (parts[4].equals(LAYER) && !deepest) {
                return new Layer(session);
            }
            if (parts[4].equals(EVENTS) && !deepest) {
                return new Events(session);
            }
            return parts[4].equals(EVENTS) && SESSION_ID.matcher(parts[5]).matches()
                    ? new EventFeed(session, parts[5])
                    : new Nowhere(session.protocol());
        }

        private static Address endpoint(Protocol protocol, String name) {
            return StreamName.parse(name)
                    .<Address>map(stream -> new Endpoint(protocol, stream))
                    .orElseGet(() -> new BadName(protocol, name));
        }
    }
}
