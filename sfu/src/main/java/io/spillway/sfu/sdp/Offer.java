package io.spillway.sfu.sdp;

import io.spillway.sfu.Rejected;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** An offer that is well formed: nothing is said yet of whether Spillway can serve it. Immutable. */
public final class Offer {

    /** RFC 8843 sets no limit; a one-byte MID header extension carries 16. */
    private static final int MAX_MID_CHARS = 32;

    private final List<OfferedMedia> media;
    private final List<String> bundle;
    private final Attributes session;

    private Offer(List<OfferedMedia> media, List<String> bundle, Attributes session) {
        this.media = media;
        this.bundle = bundle;
        this.session = session;
    }

    /**
     * Reads an offer.
     *
     * @throws Rejected 400 {@code malformed-sdp} when {@code text} is no session description
     */
    public static Offer parse(String text) throws Rejected {
        try {
            return of(SdpParser.parse(text));
        } catch (SdpException malformed) {
            throw Rejections.malformed(malformed);
        }
    }

    private static Offer of(SessionDescription session) throws SdpException {
        Set<String> mids = new HashSet<>();
        var media = new ArrayList<OfferedMedia>();
        for (MediaDescription written : session.media()) {
            Attributes.Attribute mid = written.attributes().first("mid");
            if (mid != null && !isMid(mid.value())) {
                throw new SdpException(mid.line(), Grammar.quote(mid.value()) + " is no mid");
            }
            if (mid != null && !mids.add(mid.value())) {
                throw new SdpException(mid.line(), "mid " + mid.value() + " stands twice");
            }
            media.add(new OfferedMedia(written, session.attributes(), mid == null ? "" : mid.value()));
        }
        return new Offer(List.copyOf(media), bundle(session.attributes()), session.attributes());
    }

    private static List<String> bundle(Attributes session) {
        for (String group : session.values("group")) {
            if (group.startsWith("BUNDLE ") || "BUNDLE".equals(group)) {
                List<String> fields = List.of(group.split(" +", SdpParser.MAX_MEDIA + 2));
                return fields.subList(1, fields.size());
            }
        }
        return List.of();
    }

    static boolean isMid(String text) {
        return Grammar.isToken(text, MAX_MID_CHARS);
    }

    List<OfferedMedia> media() {
        return media;
    }

    /** Mids of the first {@code a=group:BUNDLE}, as offered, whether or not they exist; empty without one. */
    List<String> bundle() {
        return bundle;
    }

    /** The one of the accepted m-lines (at least one) whose transport all share: the first in the bundle. RFC 9143 §7.3.1. */
    OfferedMedia tagged(List<OfferedMedia> accepted) {
        for (String mid : bundle) {
            for (OfferedMedia one : accepted) {
                if (one.mid().equals(mid)) {
                    return one;
                }
            }
        }
        return accepted.getFirst();
    }

    /** Whether {@code a=extmap-allow-mixed} stands at session level. */
    boolean mixedExtensions() {
        return session.has("extmap-allow-mixed");
    }

    /** Whether the peer is ICE-lite, and so waits for checks as we do. RFC 8839 §5.3. */
    boolean iceLite() {
        return session.has("ice-lite");
    }
}
