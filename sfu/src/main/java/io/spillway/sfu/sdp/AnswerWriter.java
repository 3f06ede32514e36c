package io.spillway.sfu.sdp;

import io.spillway.sfu.sdp.PayloadMapping.Feedback;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Writes an answer, CRLF throughout. What is the peer's is echoed only after {@link Grammar} let it pass. Candidates stand at the first accepted m-line of the bundle,
 * credentials at each: clients differ in where they look. JSEP, RFC 8829 §5.3.
 */
final class AnswerWriter {

    /** What FFmpeg's WHIP muxer reads into (MAX_SDP_SIZE), its terminating zero included. */
    static final int MAX_BYTES = 8192 - 1;

    /** Who may answer reference times; we are a sender. */
    private static final List<String> ROUND_TRIPS = List.of("rcvr-rtt=all", "rcvr-rtt=sender");

    private final StringBuilder out = new StringBuilder(4096);
    private final LocalTransport local;
    private final DtlsRole role;

    private AnswerWriter(LocalTransport local, DtlsRole role) {
        this.local = local;
        this.role = role;
    }

    static String write(Offer offer, List<AnsweredMedia> media, DtlsRole role, LocalTransport local) {
        var writer = new AnswerWriter(local, role);
        List<String> bundle = bundle(offer, media);
        writer.session(bundle, offer.mixedExtensions());
        int tagged = offer.tagged(accepted(media)).written().index();
        for (AnsweredMedia answered : media) {
            if (answered.accepted()) {
                writer.accepted(answered, answered.offered().written().index() == tagged);
            } else {
                writer.refused(answered.offered());
            }
        }
        return writer.out.toString();
    }

    /** What a fragment says of the m-line that has the candidates in the answer. */
    static FragmentAnswer fragment(Offer offer, List<AnsweredMedia> media) {
        OfferedMedia tagged = offer.tagged(accepted(media));
        AnsweredMedia answered = media.stream()
                .filter(each -> each.offered() == tagged)
                .findFirst()
                .orElseThrow();
        return new FragmentAnswer(bundle(offer, media), mediaLine(answered), tagged.mid());
    }

    /** The offered bundle without what does not exist or was refused. RFC 9143 §7.3. */
    private static List<String> bundle(Offer offer, List<AnsweredMedia> media) {
        List<String> accepted = accepted(media).stream().map(OfferedMedia::mid).toList();
        return offer.bundle().stream().filter(accepted::contains).distinct().toList();
    }

    private static List<OfferedMedia> accepted(List<AnsweredMedia> media) {
        return media.stream()
                .filter(AnsweredMedia::accepted)
                .map(AnsweredMedia::offered)
                .toList();
    }

    private void session(List<String> bundle, boolean mixedExtensions) {
        line("v=0");
        line("o=- " + local.sessionId() + " 1 IN IP4 127.0.0.1");
        line("s=-");
        line("t=0 0");
        if (!bundle.isEmpty()) {
            line("a=group:BUNDLE " + String.join(" ", bundle));
        }
        local.agentLines().forEach(this::line);
        if (mixedExtensions) {
            line("a=extmap-allow-mixed");
        }
    }

    private void refused(OfferedMedia offered) {
        MediaDescription written = offered.written();
        line("m=" + written.kind() + " 0 " + written.protocol() + " "
                + written.formats().getFirst());
        line("c=IN IP4 0.0.0.0");
        mid(offered);
        line("a=inactive");
    }

    private void accepted(AnsweredMedia answered, boolean tagged) {
        OfferedMedia offered = answered.offered();
        line(mediaLine(answered));
        line("c=IN IP4 0.0.0.0");
        mid(offered);
        local.credentialLines().forEach(this::line);
        line("a=fingerprint:" + local.fingerprint().algorithm() + " "
                + local.fingerprint().hex());
        line("a=setup:" + (role == DtlsRole.SERVER ? "passive" : "active"));
        line("a=" + answered.direction().attribute());
        line("a=rtcp-mux");
        for (String echoed : List.of("rtcp-mux-only", "rtcp-rsize", "extmap-allow-mixed")) {
            if (offered.has(echoed)) {
                line("a=" + echoed);
            }
        }
        if (answered.announced() != null) {
            roundTrips(offered);
        }
        answered.extensions().forEach(this::extension);
        answered.codecs().forEach(this::codec);
        if (answered.layers() != null) {
            layers(answered.layers(), payloadTypes(answered.codecs()));
        }
        if (answered.announced() != null) {
            source(answered.announced(), answered);
        }
        if (tagged) {
            local.candidateLines().forEach(this::line);
        }
    }

    /** Who only receives may learn its round trip from our answers to its reference times. RFC 3611 §5. */
    private void roundTrips(OfferedMedia offered) {
        offered.inheritedValues("rtcp-xr").stream()
                .flatMap(value -> Stream.of(value.split(" +")))
                .filter(ROUND_TRIPS::contains)
                .findFirst()
                .ifPresent(mode -> line("a=rtcp-xr:" + mode));
    }

    /** Port 9 and no address: what counts is in the candidates. RFC 8840 §4.1.1. */
    private static String mediaLine(AnsweredMedia answered) {
        MediaDescription written = answered.offered().written();
        return "m=" + written.kind() + " 9 " + written.protocol() + " "
                + String.join(" ", payloadTypes(answered.codecs()));
    }

    private void mid(OfferedMedia offered) {
        if (!offered.mid().isEmpty()) {
            line("a=mid:" + offered.mid());
        }
    }

    private void extension(Extmap extmap) {
        String suffix = extmap.direction() == Direction.SENDRECV
                ? ""
                : "/" + extmap.direction().attribute();
        line("a=extmap:" + extmap.id() + suffix + " " + extmap.uri());
    }

    private void codec(OfferedCodec codec) {
        PayloadMapping mapping = codec.mapping();
        line("a=rtpmap:" + mapping.payloadType() + " " + codec.mapText());
        for (Feedback kind : mapping.feedback()) {
            line("a=rtcp-fb:" + mapping.payloadType() + " " + RtcpFeedback.text(kind));
        }
        if (codec.fmtpText() != null) {
            line("a=fmtp:" + mapping.payloadType() + " " + codec.fmtpText());
        }
        if (mapping.hasRtx()) {
            line("a=rtpmap:" + mapping.rtxPayloadType() + " " + codec.rtxMapText());
            line("a=fmtp:" + mapping.rtxPayloadType() + " " + codec.rtxFmtpText());
        }
        if (mapping.hasRed()) {
            line("a=rtpmap:" + mapping.redPayloadType() + " " + codec.redMapText());
            line("a=fmtp:" + mapping.redPayloadType() + " " + codec.redFmtpText());
        }
    }

    private void layers(AnsweredMedia.Layers layers, List<String> payloadTypes) {
        for (Rid rid : layers.rids()) {
            line("a=rid:" + rid.receiveText(payloadTypes));
        }
        line("a=simulcast:recv " + String.join(";", layers.ids()));
    }

    private void source(AnsweredMedia.Announced announced, AnsweredMedia answered) {
        PlaySources.Source source = announced.source();
        boolean rtx =
                answered.codecs().stream().anyMatch(codec -> codec.mapping().hasRtx());
        String track = answered.offered().written().kind().toLowerCase(Locale.ROOT);
        line("a=msid:" + announced.streamId() + " " + track);
        String ssrc = Integer.toUnsignedString(source.ssrc());
        String rtxSsrc = Integer.toUnsignedString(source.rtxSsrc());
        if (rtx) {
            line("a=ssrc-group:FID " + ssrc + " " + rtxSsrc);
        }
        line("a=ssrc:" + ssrc + " cname:" + announced.cname());
        if (rtx) {
            line("a=ssrc:" + rtxSsrc + " cname:" + announced.cname());
        }
    }

    private static List<String> payloadTypes(List<OfferedCodec> codecs) {
        return codecs.stream()
                .flatMap(OfferedCodec::payloadTypes)
                .distinct()
                .map(String::valueOf)
                .toList();
    }

    private void line(String text) {
        out.append(text).append("\r\n");
    }
}
