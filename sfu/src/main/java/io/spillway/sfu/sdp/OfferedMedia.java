package io.spillway.sfu.sdp;

import io.spillway.media.codec.MediaKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One offered m-line with its meaning drawn out; session-level attributes hold where it has none of its own. */
final class OfferedMedia {

    /** As many as a session may send from, X10. */
    private static final int MAX_SOURCES = 16;

    /** As many as fit into one-byte ids, twice. */
    private static final int MAX_EXTENSIONS = 32;

    /** What carries RTP over DTLS-SRTP, by the names clients have used for it. RFC 8829 §5.1.2. */
    private static final Set<String> PROTOCOLS =
            Set.of("UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "TCP/DTLS/RTP/SAVPF", "TCP/DTLS/RTP/SAVP", "RTP/SAVPF");

    private final MediaDescription written;
    private final Attributes session;
    private final @Nullable MediaKind kind;
    private final String mid;
    private final List<OfferedCodec> codecs;
    private final List<Extmap> extensions;

    OfferedMedia(MediaDescription written, Attributes session, String mid) {
        this.written = written;
        this.session = session;
        this.mid = mid;
        this.kind = switch (written.kind()) {
            case "audio" -> MediaKind.AUDIO;
            case "video" -> MediaKind.VIDEO;
            default -> null;
        };
        this.codecs = kind == null ? List.of() : OfferedCodec.of(written, kind);
        this.extensions = extensions(written.attributes(), session);
    }

    MediaDescription written() {
        return written;
    }

    /** Audio or video; null for anything else. */
    @Nullable
    MediaKind kind() {
        return kind;
    }

    /** Its {@code a=mid}, or empty where it has none. */
    String mid() {
        return mid;
    }

    /** As a sentence names it: {@code m-line 1 (video)}. */
    String name() {
        return "m-line " + written.index() + " (" + written.kind() + ")";
    }

    /** False for an m-line of port 0 that is not merely waiting for its bundle: its writer switched it off. */
    boolean enabled() {
        return written.port() != 0 || has("bundle-only");
    }

    boolean carriesRtp() {
        return PROTOCOLS.contains(written.protocol());
    }

    Direction direction() {
        return Direction.of(written.attributes(), Direction.of(session, Direction.SENDRECV));
    }

    /** Codecs Spillway knows, in the order offered. */
    List<OfferedCodec> codecs() {
        return codecs;
    }

    /** Encoding names offered, for a refusal to quote; RTX and other helpers included. */
    List<String> encodingNames() {
        return written.attributes().values("rtpmap").stream()
                .flatMap(value -> RtpMap.parse(value).stream())
                .map(RtpMap::encoding)
                .distinct()
                .limit(12)
                .toList();
    }

    /** Header extensions, each id and each URI once. */
    List<Extmap> extensions() {
        return extensions;
    }

    /** Whether the m-line itself has the attribute. */
    boolean has(String attribute) {
        return written.attributes().has(attribute);
    }

    /** The attribute of the m-line, or else of the session. */
    Attributes.@Nullable Attribute inherited(String name) {
        Attributes.Attribute own = written.attributes().first(name);
        return own != null ? own : session.first(name);
    }

    /** All values of the attribute at the m-line, or else at the session. */
    List<String> inheritedValues(String name) {
        return has(name) ? written.attributes().values(name) : session.values(name);
    }

    /** Sources announced by {@code a=ssrc} and {@code a=ssrc-group:FID}, RTX paired with what it repairs. RFC 5576. */
    List<AgreedMedia.Source> sources() {
        Map<Integer, Integer> rtxOf = new LinkedHashMap<>();
        for (String group : written.attributes().values("ssrc-group")) {
            String[] fields = group.split(" +", 4);
            if (fields.length == 3 && "FID".equals(fields[0])) {
                long primary = Grammar.unsignedInt(fields[1]);
                long rtx = Grammar.unsignedInt(fields[2]);
                if (primary > 0 && rtx > 0 && primary != rtx && rtxOf.size() < MAX_SOURCES) {
                    rtxOf.putIfAbsent((int) primary, (int) rtx);
                }
            }
        }
        List<Integer> primaries = new ArrayList<>();
        for (String value : written.attributes().values("ssrc")) {
            long ssrc = Grammar.unsignedInt(value.split(" ", 2)[0]);
            if (ssrc > 0 && !primaries.contains((int) ssrc) && !rtxOf.containsValue((int) ssrc)) {
                primaries.add((int) ssrc);
            }
        }
        rtxOf.keySet().stream().filter(ssrc -> !primaries.contains(ssrc)).forEach(primaries::add);
        return primaries.stream()
                .limit(MAX_SOURCES)
                .map(ssrc -> new AgreedMedia.Source(ssrc, rtxOf.getOrDefault(ssrc, 0)))
                .toList();
    }

    private static List<Extmap> extensions(Attributes own, Attributes session) {
        var extensions = new ArrayList<Extmap>();
        for (Attributes level : List.of(own, session)) {
            for (String value : level.values("extmap")) {
                Extmap.parse(value)
                        .filter(extmap -> extensions.size() < MAX_EXTENSIONS
                                && extensions.stream()
                                        .noneMatch(other -> other.id() == extmap.id()
                                                || other.uri().equals(extmap.uri())))
                        .ifPresent(extensions::add);
            }
        }
        return List.copyOf(extensions);
    }
}
