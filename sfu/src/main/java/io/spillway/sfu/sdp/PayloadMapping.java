package io.spillway.sfu.sdp;

import io.spillway.media.codec.Codec;
import java.util.Map;
import java.util.Set;

/**
 * One codec of an m-line as agreed, under the peer's payload type.
 *
 * @param payloadType 0..127, as the peer offered it
 * @param rtxPayloadType the payload type of its RTX (RFC 4588), or -1
 * @param redPayloadType the payload type of audio with earlier packets' payloads before its own (RFC 2198), or -1
 * @param channels 2 for Opus, 1 otherwise
 * @param fmtp format parameters as offered, keys in lower case
 */
public record PayloadMapping(
        int payloadType,
        int rtxPayloadType,
        int redPayloadType,
        Codec codec,
        int channels,
        Map<String, String> fmtp,
        Set<Feedback> feedback) {

    /** RTCP feedback kinds both sides agreed on. */
    public enum Feedback {
        NACK,
        NACK_PLI,
        CCM_FIR,
        TRANSPORT_CC,
        GOOG_REMB
    }

    /** A codec without redundancy. */
    public PayloadMapping(
            int payloadType,
            int rtxPayloadType,
            Codec codec,
            int channels,
            Map<String, String> fmtp,
            Set<Feedback> feedback) {
        this(payloadType, rtxPayloadType, -1, codec, channels, fmtp, feedback);
    }

    public boolean hasRed() {
        return redPayloadType >= 0;
    }

    public boolean hasRtx() {
        return rtxPayloadType >= 0;
    }
}
