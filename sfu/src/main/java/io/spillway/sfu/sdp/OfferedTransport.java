package io.spillway.sfu.sdp;

import io.spillway.sfu.Rejected;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an offer says of its transport at the m-line that all others are bundled with. RFC 8839, RFC 8842. */
final class OfferedTransport {

    private static final int MIN_UFRAG_CHARS = 4;
    private static final int MIN_PWD_CHARS = 22;
    private static final int MAX_CREDENTIAL_CHARS = 256;

    private OfferedTransport() {}

    static RemoteTransport of(OfferedMedia media) throws Rejected {
        return new RemoteTransport(
                credential(media, "ice-ufrag", MIN_UFRAG_CHARS),
                credential(media, "ice-pwd", MIN_PWD_CHARS),
                fingerprint(media),
                ourRole(media));
    }

    private static String credential(OfferedMedia media, String name, int minChars) throws Rejected {
        Attributes.Attribute attribute = media.inherited(name);
        if (attribute == null) {
            throw Rejections.unsupported(
                    "missing-ice",
                    media.name() + " has no a=" + name + ", nor has the session: ICE is the only way in, offer it");
        }
        if (!isCredential(attribute.value(), minChars)) {
            throw Rejections.malformed(new SdpException(
                    attribute.line(),
                    "a=" + name + " has " + minChars + " to " + MAX_CREDENTIAL_CHARS
                            + " characters out of A-Z a-z 0-9 + /"));
        }
        return attribute.value();
    }

    static boolean isUfrag(String text) {
        return isCredential(text, MIN_UFRAG_CHARS);
    }

    static boolean isPwd(String text) {
        return isCredential(text, MIN_PWD_CHARS);
    }

    private static boolean isCredential(String text, int minChars) {
        return Grammar.isIceChars(text, minChars, MAX_CREDENTIAL_CHARS);
    }

    private static Fingerprint fingerprint(OfferedMedia media) throws Rejected {
        List<String> values = media.inheritedValues("fingerprint");
        if (values.isEmpty()) {
            throw Rejections.unsupported(
                    "missing-fingerprint",
                    media.name() + " has no a=fingerprint, nor has the session: media is taken over DTLS-SRTP only");
        }
        Fingerprint read = null;
        for (String value : values) {
            Fingerprint fingerprint = Fingerprint.parse(value).orElse(null);
            if (fingerprint != null) {
                read = fingerprint;
                if (Fingerprint.ALGORITHMS.containsKey(fingerprint.algorithm())) {
                    return fingerprint;
                }
            }
        }
        if (read == null) {
            throw Rejections.malformed(new SdpException(
                    line(media.inherited("fingerprint")),
                    Grammar.quote(values.getFirst()) + " is no fingerprint of the form sha-256 AB:CD:…"));
        }
        throw Rejections.unsupported(
                "unsupported-fingerprint",
                media.name() + " has a fingerprint by " + Grammar.quote(read.algorithm())
                        + " only; sha-256, sha-384 and sha-512 are taken");
    }

    private static int line(Attributes.@Nullable Attribute attribute) {
        return attribute == null ? 1 : attribute.line();
    }

    /** The role that the offered {@code a=setup} leaves to us; as a server we rather wait. */
    private static DtlsRole ourRole(OfferedMedia media) throws Rejected {
        Attributes.Attribute setup = media.inherited("setup");
        return switch (setup == null ? "" : setup.value()) {
            case "actpass", "active" -> DtlsRole.SERVER;
            case "passive" -> DtlsRole.CLIENT;
            default ->
                throw Rejections.unsupported(
                        "unsupported-setup",
                        media.name()
                                + (setup == null
                                        ? " has no a=setup"
                                        : " offers a=setup:" + Grammar.quote(setup.value()))
                                + "; offer actpass, active or passive");
        };
    }
}
