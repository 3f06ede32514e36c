package io.spillway.sfu.sdp;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.MediaKind;
import io.spillway.sfu.sdp.PayloadMapping.Feedback;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One payload type of an m-line whose codec Spillway knows, with all that was offered for it and the words to echo.
 *
 * @param fmtpText null where no {@code a=fmtp} stands
 * @param rtxMapText the {@code a=rtpmap} text of its RTX; null without
 * @param redMapText the {@code a=rtpmap} text of its redundant form; null without
 * @param redFirst whether the redundant form stands before the codec: who offers it so would rather send that. RFC 3264 §6.1
 */
record OfferedCodec(
        PayloadMapping mapping,
        String mapText,
        @Nullable String fmtpText,
        @Nullable String rtxMapText,
        @Nullable String rtxFmtpText,
        @Nullable String redMapText,
        @Nullable String redFmtpText,
        boolean redFirst) {

    /** Payload types that a multiplexed RTCP packet type looks like. RFC 5761 §4. */
    private static final int RTCP_CLASH_FROM = 64;

    private static final int RTCP_CLASH_TO = 95;

    /** Known codecs of the m-line in the order offered. */
    static List<OfferedCodec> of(MediaDescription media, MediaKind kind) {
        return new Lines(media).codecs(kind);
    }

    /** The same with feedback cut down to what is in {@code accepted}. */
    OfferedCodec withFeedback(Set<Feedback> accepted) {
        Set<Feedback> kept = EnumSet.noneOf(Feedback.class);
        kept.addAll(mapping.feedback());
        kept.retainAll(accepted);
        var cut = new PayloadMapping(
                mapping.payloadType(),
                mapping.rtxPayloadType(),
                mapping.redPayloadType(),
                mapping.codec(),
                mapping.channels(),
                mapping.fmtp(),
                Collections.unmodifiableSet(kept));
        return new OfferedCodec(cut, mapText, fmtpText, rtxMapText, rtxFmtpText, redMapText, redFmtpText, redFirst);
    }

    /** Its payload types as an m-line lists them. */
    Stream<Integer> payloadTypes() {
        Stream<Integer> redundant = mapping.hasRed() ? Stream.of(mapping.redPayloadType()) : Stream.of();
        Stream<Integer> plain = mapping.hasRtx()
                ? Stream.of(mapping.payloadType(), mapping.rtxPayloadType())
                : Stream.of(mapping.payloadType());
        return redFirst ? Stream.concat(redundant, plain) : Stream.concat(plain, redundant);
    }

    /** The lines of one m-line that speak of payload types, read once. */
    private static final class Lines {

        private final List<Integer> payloadTypes;
        private final Map<Integer, RtpMap> maps = new HashMap<>();
        private final Map<Integer, Fmtp> fmtps = new HashMap<>();
        private final List<RtcpFeedback> feedback;

        Lines(MediaDescription media) {
            payloadTypes = media.formats().stream().map(Grammar::decimal).toList();
            Attributes attributes = media.attributes();
            attributes.values("rtpmap").stream()
                    .flatMap(value -> RtpMap.parse(value).stream())
                    .forEach(map -> maps.putIfAbsent(map.payloadType(), map));
            attributes.values("fmtp").stream()
                    .flatMap(value -> Fmtp.parse(value).stream())
                    .forEach(fmtp -> fmtps.putIfAbsent(fmtp.payloadType(), fmtp));
            feedback = attributes.values("rtcp-fb").stream()
                    .flatMap(value -> RtcpFeedback.parse(value).stream())
                    .toList();
        }

        List<OfferedCodec> codecs(MediaKind kind) {
            var codecs = new ArrayList<OfferedCodec>();
            for (int payloadType : payloadTypes) {
                RtpMap map = maps.get(payloadType);
                if (map == null || (payloadType >= RTCP_CLASH_FROM && payloadType <= RTCP_CLASH_TO)) {
                    continue;
                }
                Codec codec = Codec.named(map.encoding()).orElse(null);
                if (codec != null && codec.kind() == kind && codec.clockRateHz() == map.clockRateHz()) {
                    codecs.add(codec(map, codec));
                }
            }
            return List.copyOf(codecs);
        }

        private OfferedCodec codec(RtpMap map, Codec codec) {
            Fmtp fmtp = fmtps.get(map.payloadType());
            RtpMap rtx = rtx(map.payloadType());
            Fmtp rtxFmtp = rtx == null ? null : fmtps.get(rtx.payloadType());
            RtpMap red = codec.kind() == MediaKind.AUDIO ? red(map) : null;
            Fmtp redFmtp = red == null ? null : fmtps.get(red.payloadType());
            Set<Feedback> kinds = EnumSet.noneOf(Feedback.class);
            feedback.stream().filter(line -> line.appliesTo(map.payloadType())).forEach(line -> kinds.add(line.kind()));
            var mapping = new PayloadMapping(
                    map.payloadType(),
                    rtx == null ? -1 : rtx.payloadType(),
                    red == null ? -1 : red.payloadType(),
                    codec,
                    codec.kind() == MediaKind.AUDIO ? 2 : 1,
                    fmtp == null ? Map.of() : fmtp.parameters(),
                    Collections.unmodifiableSet(kinds));
            return new OfferedCodec(
                    mapping,
                    map.text(),
                    fmtp == null ? null : fmtp.text(),
                    rtx == null ? null : rtx.text(),
                    rtxFmtp == null ? null : rtxFmtp.text(),
                    red == null ? null : red.text(),
                    redFmtp == null ? null : redFmtp.text(),
                    red != null && payloadTypes.indexOf(red.payloadType()) < payloadTypes.indexOf(map.payloadType()));
        }

        /** The redundant form of the m-line that has payloads of this codec only, by its {@code a=fmtp}, as {@code 111/111}. RFC 2198 §5. */
        private @Nullable RtpMap red(RtpMap of) {
            String own = Integer.toString(of.payloadType());
            for (int candidate : payloadTypes) {
                RtpMap map = maps.get(candidate);
                Fmtp fmtp = fmtps.get(candidate);
                if (map != null
                        && fmtp != null
                        && "red".equalsIgnoreCase(map.encoding())
                        && map.clockRateHz() == of.clockRateHz()
                        && map.channels() == of.channels()
                        && Arrays.stream(fmtp.text().split("/", -1)).allMatch(own::equals)) {
                    return map;
                }
            }
            return null;
        }

        /** The RTX payload type of the m-line that repairs {@code payloadType}, by its {@code apt}. RFC 4588 §8.1. */
        private @Nullable RtpMap rtx(int payloadType) {
            String apt = Integer.toString(payloadType);
            for (int candidate : payloadTypes) {
                RtpMap map = maps.get(candidate);
                Fmtp fmtp = fmtps.get(candidate);
                if (map != null
                        && fmtp != null
                        && "rtx".equalsIgnoreCase(map.encoding())
                        && apt.equals(fmtp.parameters().get("apt"))) {
                    return map;
                }
            }
            return null;
        }
    }
}
