package io.spillway.sfu.sdp;

import io.spillway.sfu.Rejected;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A peer's {@code application/trickle-ice-sdpfrag}: more candidates, or the credentials of a restart. Session and media level count alike, as all m-lines share one transport. RFC 8840 §9.
 *
 * @param ufrag null together with {@code pwd}, when the fragment names no generation
 * @param mids of the m-lines in it, in order; empty where it has none
 * @param candidates those that can be used, at most {@link #MAX_CANDIDATES}; the others are dropped without a word, RFC 9725 §4.3.2
 */
public record IceFragment(
        @Nullable String ufrag,
        @Nullable String pwd,
        List<String> mids,
        List<IceCandidate> candidates,
        boolean endOfCandidates) {

    /** Of one session; hosts with more addresses than that are not behind a player. */
    public static final int MAX_CANDIDATES = 32;

    /**
     * Reads a fragment.
     *
     * @throws Rejected 400 {@code malformed-sdpfrag}
     */
    public static IceFragment parse(String text) throws Rejected {
        try {
            return of(SdpLines.split(text));
        } catch (SdpException malformed) {
            throw Rejections.malformedFragment(malformed);
        }
    }

    /** An m-line only tells where a mid's candidates begin, and not all clients write it whole: nothing is read from it. */
    private static IceFragment of(List<SdpLines.Line> lines) throws SdpException {
        List<Attributes.Attribute> attributes = lines.stream()
                .filter(line -> line.type() == 'a')
                .map(SdpLines.Line::attribute)
                .toList();
        if (attributes.isEmpty()) {
            throw new SdpException(1, "a fragment has a=ice-ufrag and a=ice-pwd, or a=candidate lines");
        }
        String ufrag = null;
        String pwd = null;
        boolean end = false;
        var mids = new LinkedHashSet<String>();
        var candidates = new LinkedHashSet<IceCandidate>();
        for (Attributes.Attribute attribute : attributes) {
            switch (attribute.name()) {
                case "ice-ufrag" -> ufrag = credential(attribute, ufrag, OfferedTransport.isUfrag(attribute.value()));
                case "ice-pwd" -> pwd = credential(attribute, pwd, OfferedTransport.isPwd(attribute.value()));
                case "mid" -> mids.add(mid(attribute));
                case "candidate" -> candidate(attribute, candidates);
                case "end-of-candidates" -> end = true;
                default -> {
                    // ice-options, extensions of later RFCs
                }
            }
        }
        if ((ufrag == null) != (pwd == null)) {
            throw new SdpException(1, "a=ice-ufrag and a=ice-pwd come together or not at all");
        }
        return new IceFragment(ufrag, pwd, List.copyOf(mids), List.copyOf(candidates), end);
    }

    private static String credential(Attributes.Attribute attribute, @Nullable String before, boolean wellFormed)
            throws SdpException {
        if (!wellFormed) {
            throw new SdpException(
                    attribute.line(),
                    "a=" + attribute.name() + " is too short, too long or has " + "characters outside A-Z a-z 0-9 + /");
        }
        if (before != null && !before.equals(attribute.value())) {
            throw new SdpException(
                    attribute.line(), "a second a=" + attribute.name() + " differs: all m-lines share one transport");
        }
        return attribute.value();
    }

    private static String mid(Attributes.Attribute attribute) throws SdpException {
        if (!Offer.isMid(attribute.value())) {
            throw new SdpException(attribute.line(), Grammar.quote(attribute.value()) + " is no mid");
        }
        return attribute.value();
    }

    private static void candidate(Attributes.Attribute attribute, Set<IceCandidate> candidates) throws SdpException {
        if (attribute.value().isEmpty()) {
            return; // what some browsers' clients make of their end-of-candidates event
        }
        IceCandidate candidate = IceCandidate.parse(attribute.value())
                .orElseThrow(() ->
                        new SdpException(attribute.line(), Grammar.quote(attribute.value()) + " is no candidate"));
        if (candidates.size() < MAX_CANDIDATES && candidate.usable().isPresent()) {
            candidates.add(candidate);
        }
    }

    @Override
    public String toString() {
        return "IceFragment[ufrag=" + ufrag + ", candidates=" + candidates + "]"; // the password stays out of logs
    }
}
