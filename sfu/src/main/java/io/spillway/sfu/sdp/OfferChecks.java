package io.spillway.sfu.sdp;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.MediaKind;
import io.spillway.media.rtp.HeaderExtension;
import io.spillway.sfu.Rejected;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What an offer must have before it is agreed to; each refusal names the m-line, the value, what is allowed and what to do. */
final class OfferChecks {

    private OfferChecks() {}

    /** RTP over DTLS-SRTP with RTCP on the same port. */
    static void transport(OfferedMedia media) throws Rejected {
        if (!media.carriesRtp()) {
            throw Rejections.unsupported(
                    "unsupported-protocol",
                    media.name() + " is " + media.written().protocol() + ": offer UDP/TLS/RTP/SAVPF");
        }
        if (!media.has("rtcp-mux")) {
            throw Rejections.unsupported(
                    "missing-rtcp-mux", media.name() + " has no a=rtcp-mux: RTP and RTCP share one port, offer it");
        }
    }

    static void direction(OfferedMedia media, boolean suits, String advice) throws Rejected {
        if (!suits) {
            throw Rejections.unsupported(
                    "unsupported-direction",
                    media.name() + " is " + media.direction().attribute() + ", but " + advice);
        }
    }

    /** All accepted m-lines share one transport, to which the peer opens the way; a lone m-line needs no bundle. */
    static void session(Offer offer, List<OfferedMedia> accepted) throws Rejected {
        if (offer.iceLite()) {
            throw Rejections.unsupported(
                    "ice-lite-offer",
                    "the offer says a=ice-lite as Spillway does, so nobody would send ICE checks: offer full ICE");
        }
        for (OfferedMedia media : accepted) {
            if (accepted.size() > 1 && !offer.bundle().contains(media.mid())) {
                throw Rejections.unsupported(
                        "missing-bundle",
                        media.name() + " is not in a=group:BUNDLE: one transport carries all, bundle every m-line");
            }
        }
    }

    /** The refusal of an m-line without a codec that can be used; {@code carried} is what the stream is, toward a viewer. */
    static Rejected noCommonCodec(OfferedMedia media, MediaKind kind, PlaySources.@Nullable Carried carried) {
        List<String> names = media.encodingNames();
        List<String> knownNames = names.stream()
                .filter(name ->
                        Codec.named(name).filter(codec -> codec.kind() == kind).isPresent())
                .toList();
        if (media.codecs().isEmpty() && !knownNames.isEmpty()) {
            return Rejections.unsupported(
                    "unsupported-codec",
                    media.name() + " offers " + String.join(", ", knownNames) + ", but under no payload type of its own"
                            + " that can be used: list it in the m-line, outside 64 to 95 (which RTCP looks like), with"
                            + " its registered clock rate");
        }
        String offers = media.name() + " offers "
                + (names.isEmpty() ? "no codec by a=rtpmap" : "only " + String.join(", ", names));
        if (carried == null) {
            return Rejections.unsupported(
                    "unsupported-codec",
                    offers + "; Spillway takes " + known(kind) + ": choose one of these in the settings of the "
                            + (media.direction().sends() ? "encoder" : "player"));
        }
        String codec = carried.codec().encodingName() + profile(carried);
        return Rejections.unsupported(
                "codec-mismatch",
                "the stream is " + codec + ", which " + media.name() + " cannot take (it offers "
                        + (names.isEmpty() ? "nothing" : String.join(", ", names)) + formats(media, carried.codec())
                        + "): use a player that decodes " + codec + ", or publish in a codec of this player");
    }

    /** The formats in which the m-line does offer {@code codec}: there the profile or the packetization is what differs. */
    private static String formats(OfferedMedia media, Codec codec) {
        List<String> formats = media.codecs().stream()
                .filter(offered -> offered.mapping().codec() == codec)
                .map(offered -> Grammar.quote(offered.fmtpText() == null ? "" : offered.fmtpText()))
                .limit(4)
                .toList();
        return formats.isEmpty() ? "" : "; " + codec.encodingName() + " as " + String.join(", ", formats);
    }

    private static String profile(PlaySources.Carried carried) {
        return Stream.of("profile-level-id", "profile-id", "profile")
                .filter(key -> carried.fmtp().containsKey(key))
                .map(key -> " (" + key + " " + Grammar.quote(carried.fmtp().getOrDefault(key, "")) + ")")
                .findFirst()
                .orElse("");
    }

    private static String known(MediaKind kind) {
        return Stream.of(Codec.values())
                .filter(codec -> codec.kind() == kind)
                .map(Codec::encodingName)
                .collect(Collectors.joining(", "));
    }

    /** The simulcast layers offered, all of them or a refusal; null without simulcast. Of alternatives the first is taken. */
    static AnsweredMedia.@Nullable Layers layers(OfferedMedia media, List<OfferedCodec> codecs, List<Extmap> extensions)
            throws Rejected {
        Attributes.Attribute line = media.written().attributes().first("simulcast");
        if (line == null || !line.value().contains("send")) {
            return null;
        }
        Simulcast simulcast = Simulcast.parseSend(line.value()).orElse(null);
        if (simulcast == null) {
            throw simulcast(
                    media,
                    "has a=simulcast:" + Grammar.quote(line.value())
                            + "; write send and up to four rids of 1 to 16 letters or digits with ; between");
        }
        if (simulcast.streams().size() > Simulcast.MAX_STREAMS) {
            throw simulcast(
                    media,
                    "offers " + simulcast.streams().size() + " simulcast layers; send at most "
                            + Simulcast.MAX_STREAMS);
        }
        if (extensions.stream().noneMatch(extmap -> extmap.is(HeaderExtension.RID))) {
            throw simulcast(
                    media,
                    "offers simulcast without a=extmap " + HeaderExtension.RID.uri()
                            + ": layers cannot be told apart, offer it");
        }
        List<Rid> declared = media.written().attributes().values("rid").stream()
                .flatMap(value -> Rid.parseSend(value).stream())
                .toList();
        var rids = new ArrayList<Rid>();
        for (List<String> alternatives : simulcast.streams()) {
            String id = alternatives.getFirst();
            Rid rid = declared.stream()
                    .filter(candidate -> candidate.id().equals(id))
                    .findFirst()
                    .orElseThrow(() -> simulcast(
                            media, "names the simulcast layer " + id + " without an a=rid:" + id + " send line"));
            if (rids.contains(rid)) {
                throw simulcast(media, "names the simulcast layer " + id + " twice");
            }
            if (!rid.payloadTypes().isEmpty()
                    && codecs.stream()
                            .noneMatch(codec -> rid.payloadTypes()
                                    .contains(Integer.toString(codec.mapping().payloadType())))) {
                throw simulcast(
                        media, "restricts the simulcast layer " + id + " to payload types none of which is taken");
            }
            rids.add(rid);
        }
        return new AnsweredMedia.Layers(List.copyOf(rids));
    }

    private static Rejected simulcast(OfferedMedia media, String problem) {
        return Rejections.unsupported("unsupported-simulcast", media.name() + " " + problem);
    }
}
