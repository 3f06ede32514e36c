package io.spillway.sfu.sdp;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.MediaKind;
import io.spillway.media.rtp.HeaderExtension;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.sdp.PayloadMapping.Feedback;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Agrees to offers: a publisher's wholly or not at all (RFC 9725 §4.4.3), a viewer's as far as it goes. Stateless. */
public final class Negotiator {

    /** What a publisher may attach: read by us, or passed on to viewers who asked for it. */
    private static final Set<HeaderExtension> PUBLISH_EXTENSIONS = Collections.unmodifiableSet(EnumSet.of(
            HeaderExtension.MID,
            HeaderExtension.RID,
            HeaderExtension.REPAIRED_RID,
            HeaderExtension.TRANSPORT_CC,
            HeaderExtension.ABS_SEND_TIME,
            HeaderExtension.ABS_CAPTURE_TIME,
            HeaderExtension.AUDIO_LEVEL,
            HeaderExtension.VIDEO_ORIENTATION,
            HeaderExtension.PLAYOUT_DELAY,
            HeaderExtension.COLOR_SPACE,
            HeaderExtension.DEPENDENCY_DESCRIPTOR,
            HeaderExtension.VIDEO_LAYERS_ALLOCATION));

    /** What we attach toward a viewer. */
    private static final Set<HeaderExtension> PLAY_EXTENSIONS = Collections.unmodifiableSet(EnumSet.of(
            HeaderExtension.MID,
            HeaderExtension.TRANSPORT_CC,
            HeaderExtension.ABS_CAPTURE_TIME,
            HeaderExtension.AUDIO_LEVEL,
            HeaderExtension.VIDEO_ORIENTATION,
            HeaderExtension.PLAYOUT_DELAY,
            HeaderExtension.COLOR_SPACE,
            HeaderExtension.DEPENDENCY_DESCRIPTOR));

    private final CodecMatcher matcher;

    public Negotiator(CodecMatcher matcher) {
        this.matcher = matcher;
    }

    /**
     * Agrees to receive all that is offered.
     *
     * @throws Rejected 422 when any m-line cannot be taken
     */
    public Agreement publish(Offer offer) throws Rejected {
        Set<MediaKind> seen = EnumSet.noneOf(MediaKind.class);
        var answered = new ArrayList<AnsweredMedia>();
        for (OfferedMedia media : offer.media()) {
            if (!media.enabled()) {
                answered.add(AnsweredMedia.refused(media));
                continue;
            }
            MediaKind kind = media.kind();
            if (kind == null) {
                throw Rejections.unsupported(
                        "unsupported-media",
                        media.name() + " is neither audio nor video, and a publisher's offer is taken wholly or not"
                                + " at all: offer one audio and one video m-line, no data channel");
            }
            if (!seen.add(kind)) {
                throw Rejections.unsupported(
                        "too-many-media",
                        media.name() + " is the second of its kind: offer at most one audio and one video m-line");
            }
            OfferChecks.transport(media);
            OfferChecks.direction(media, media.direction().sends(), "a publisher sends: offer sendonly or sendrecv");
            answered.add(received(media, kind));
        }
        return agree(offer, answered, "publish");
    }

    /**
     * Agrees to send what the viewer can take; m-lines that cannot be filled are answered with port 0.
     *
     * @param sources what the stream carries now and is announced as; every codec both sides know is agreed to, so that a publisher who comes back with another one finds it there
     * @throws Rejected 422 when nothing can be sent, or when the viewer decodes no profile of the stream's video
     */
    public Agreement play(Offer offer, PlaySources sources) throws Rejected {
        Set<MediaKind> seen = EnumSet.noneOf(MediaKind.class);
        var answered = new ArrayList<AnsweredMedia>();
        Optional<Rejected> unplayable = Optional.empty();
        for (OfferedMedia media : offer.media()) {
            MediaKind kind = media.kind();
            if (!media.enabled() || kind == null || !seen.add(kind)) {
                answered.add(AnsweredMedia.refused(media));
                continue;
            }
            OfferChecks.transport(media);
            OfferChecks.direction(media, media.direction().receives(), "a viewer receives: offer recvonly or sendrecv");
            PlaySources.Source source = sources.of(kind);
            List<OfferedCodec> codecs = sendable(media, source.carried());
            if (!codecs.isEmpty()) {
                answered.add(sent(media, kind, codecs, source, sources));
                continue;
            }
            Rejected reason = OfferChecks.noCommonCodec(media, kind, source.carried());
            if (kind == MediaKind.VIDEO && source.carried() != null) {
                throw reason;
            }
            unplayable = Optional.of(reason);
            answered.add(AnsweredMedia.refused(media));
        }
        if (unplayable.isPresent() && answered.stream().noneMatch(AnsweredMedia::accepted)) {
            throw unplayable.get();
        }
        return agree(offer, answered, "play");
    }

    private static Agreement agree(Offer offer, List<AnsweredMedia> answered, String verb) throws Rejected {
        List<OfferedMedia> accepted = answered.stream()
                .filter(AnsweredMedia::accepted)
                .map(AnsweredMedia::offered)
                .toList();
        if (accepted.isEmpty()) {
            throw Rejections.unsupported(
                    "no-media", "the offer has no audio and no video m-line in use: add what you want to " + verb);
        }
        OfferChecks.session(offer, accepted);
        return Agreement.of(offer, answered, OfferedTransport.of(offer.tagged(accepted)));
    }

    private static AnsweredMedia received(OfferedMedia media, MediaKind kind) throws Rejected {
        List<OfferedCodec> codecs = receivable(media);
        if (codecs.isEmpty()) {
            throw OfferChecks.noCommonCodec(media, kind, null);
        }
        List<Extmap> extensions = extensions(media, PUBLISH_EXTENSIONS, true);
        boolean transportCc = hasTransportCc(codecs, extensions);
        if (!transportCc) {
            extensions = withoutTransportCc(extensions);
        }
        codecs = withFeedback(codecs, transportCc);
        AnsweredMedia.Layers layers = kind == MediaKind.VIDEO ? OfferChecks.layers(media, codecs, extensions) : null;
        AgreedMedia agreed =
                agreed(media, kind, codecs, extensions, layers == null ? List.of() : layers.ids(), media.sources());
        return new AnsweredMedia(media, agreed, Direction.RECVONLY, codecs, extensions, layers, null);
    }

    private static AnsweredMedia sent(
            OfferedMedia media,
            MediaKind kind,
            List<OfferedCodec> offered,
            PlaySources.Source source,
            PlaySources sources) {
        List<Extmap> extensions = extensions(media, PLAY_EXTENSIONS, false);
        boolean transportCc = hasTransportCc(offered, extensions);
        if (!transportCc) {
            extensions = withoutTransportCc(extensions);
        }
        List<OfferedCodec> codecs = withFeedback(offered, transportCc);
        AgreedMedia agreed = agreed(media, kind, codecs, extensions, List.of(), List.of());
        var announced = new AnsweredMedia.Announced(source, sources.cname(), sources.streamId());
        return new AnsweredMedia(media, agreed, Direction.SENDONLY, codecs, extensions, null, announced);
    }

    /** Congestion feedback needs both its RTCP message and its header extension, GStreamer offers one without the other. */
    private static boolean hasTransportCc(List<OfferedCodec> codecs, List<Extmap> extensions) {
        return extensions.stream().anyMatch(extmap -> extmap.is(HeaderExtension.TRANSPORT_CC))
                && codecs.stream().anyMatch(codec -> codec.mapping().feedback().contains(Feedback.TRANSPORT_CC));
    }

    private static List<Extmap> withoutTransportCc(List<Extmap> extensions) {
        return extensions.stream()
                .filter(extmap -> !extmap.is(HeaderExtension.TRANSPORT_CC))
                .toList();
    }

    private static List<OfferedCodec> withFeedback(List<OfferedCodec> codecs, boolean transportCc) {
        Set<Feedback> feedback = EnumSet.allOf(Feedback.class);
        if (!transportCc) {
            feedback.remove(Feedback.TRANSPORT_CC);
        }
        return codecs.stream().map(codec -> codec.withFeedback(feedback)).toList();
    }

    private static AgreedMedia agreed(
            OfferedMedia media,
            MediaKind kind,
            List<OfferedCodec> codecs,
            List<Extmap> extensions,
            List<String> rids,
            List<AgreedMedia.Source> sources) {
        Map<String, Integer> ids = new LinkedHashMap<>();
        extensions.forEach(extmap -> ids.put(extmap.uri(), extmap.id()));
        return new AgreedMedia(
                media.written().index(),
                media.mid(),
                kind,
                codecs.stream().map(OfferedCodec::mapping).toList(),
                Collections.unmodifiableMap(ids),
                rids,
                media.has("rtcp-rsize"),
                sources);
    }

    /** The publisher's codecs in its order. H.264 in single NAL units only if it has nothing better: no encoder prefers it. */
    private static List<OfferedCodec> receivable(OfferedMedia media) {
        List<OfferedCodec> better =
                media.codecs().stream().filter(Negotiator::fragments).toList();
        return better.isEmpty() ? media.codecs() : better;
    }

    /** The viewer's codecs in its order, but what the stream carries first; empty when it cannot be sent to this viewer. */
    private List<OfferedCodec> sendable(OfferedMedia media, PlaySources.@Nullable Carried carried) {
        List<OfferedCodec> codecs =
                media.codecs().stream().filter(Negotiator::fragments).toList();
        if (carried == null) {
            return codecs;
        }
        List<PayloadMapping> mappings =
                codecs.stream().map(OfferedCodec::mapping).toList();
        return matcher.choose(mappings, carried.codec(), carried.fmtp())
                .map(match -> codecs.stream()
                        .sorted(Comparator.comparing(codec -> !codec.mapping().equals(match)))
                        .toList())
                .orElse(List.of());
    }

    private static boolean fragments(OfferedCodec codec) {
        return codec.mapping().codec() != Codec.H264
                || CodecMatcher.sendsFragments(codec.mapping().fmtp());
    }

    /** Offered extensions out of {@code wanted}, as the answer writes them: a direction is turned around. RFC 8285 §6. */
    private static List<Extmap> extensions(OfferedMedia media, Set<HeaderExtension> wanted, boolean peerSends) {
        var extensions = new ArrayList<Extmap>();
        for (Extmap extmap : media.extensions()) {
            Direction offered = extmap.direction();
            if (wanted.stream().anyMatch(extmap::is) && (peerSends ? offered.sends() : offered.receives())) {
                Direction ours = offered == Direction.SENDRECV
                        ? Direction.SENDRECV
                        : peerSends ? Direction.RECVONLY : Direction.SENDONLY;
                extensions.add(new Extmap(extmap.id(), ours, extmap.uri()));
            }
        }
        return List.copyOf(extensions);
    }
}
