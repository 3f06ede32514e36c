package io.spillway.sfu.sdp;

import io.spillway.media.codec.MediaKind;
import java.util.List;
import java.util.Map;

/**
 * One m-line as agreed; refused m-lines have none.
 *
 * @param index position of the m-line in the offer, from 0
 * @param payloads agreed codecs, the preferred first; never empty
 * @param extensionIds RTP header extension URI to id, 1..255, only those agreed
 * @param rids publisher's simulcast layers in the order offered; empty without simulcast
 * @param reducedSizeRtcp whether {@code a=rtcp-rsize} was agreed (RFC 5506)
 * @param sources what the publisher announced by {@code a=ssrc}, RTX paired by FID; empty when it announced none
 */
public record AgreedMedia(
        int index,
        String mid,
        MediaKind kind,
        List<PayloadMapping> payloads,
        Map<String, Integer> extensionIds,
        List<String> rids,
        boolean reducedSizeRtcp,
        List<Source> sources) {

    /** A source: {@code rtxSsrc} is 0 when it has none. */
    public record Source(int ssrc, int rtxSsrc) {}
}
