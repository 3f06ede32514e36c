package io.spillway.media.rtp;

import java.util.Optional;

/** An RTP header extension that Spillway knows, by the URI that stands in {@code a=extmap}. Ids are each session's own (RFC 8285 §5). */
public enum HeaderExtension {
    /** Which media section a packet belongs to, text. RFC 9143 §15. */
    MID("urn:ietf:params:rtp-hdrext:sdes:mid"),
    /** Which encoding of a section, text. RFC 8852. */
    RID("urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"),
    /** Which encoding a retransmission repairs, text. RFC 8852. */
    REPAIRED_RID("urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"),
    /** Transport-wide sequence number, 16 bits. */
    TRANSPORT_CC("http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"),
    /** Send time, 24 bits of 6.18 fixed-point seconds. */
    ABS_SEND_TIME("http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"),
    /** Capture time, 64-bit NTP and optional clock offset. */
    ABS_CAPTURE_TIME("http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time"),
    /** Voice flag and level in -dBov, 8 bits. RFC 6464. */
    AUDIO_LEVEL("urn:ietf:params:rtp-hdrext:ssrc-audio-level"),
    /** Levels of mixed-in sources. RFC 6465. */
    CSRC_AUDIO_LEVEL("urn:ietf:params:rtp-hdrext:csrc-audio-level"),
    /** Rotation and camera, 8 bits. 3GPP TS 26.114 §7.4.5. */
    VIDEO_ORIENTATION("urn:3gpp:video-orientation"),
    /** Least and most playout delay, two times 12 bits of 10 ms. */
    PLAYOUT_DELAY("http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"),
    /** Camera or screen, 8 bits. */
    VIDEO_CONTENT_TYPE("http://www.webrtc.org/experiments/rtp-hdrext/video-content-type"),
    /** Times of a frame's way through the sender. */
    VIDEO_TIMING("http://www.webrtc.org/experiments/rtp-hdrext/video-timing"),
    /** Colour primaries, transfer, matrix, optional HDR data. */
    COLOR_SPACE("http://www.webrtc.org/experiments/rtp-hdrext/color-space"),
    /** Which frames a frame needs. AV1 RTP specification, appendix A. */
    DEPENDENCY_DESCRIPTOR("https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"),
    /** Which simulcast and spatial layers are sent, at what rate and size. */
    VIDEO_LAYERS_ALLOCATION("http://www.webrtc.org/experiments/rtp-hdrext/video-layers-allocation00"),
    /** Send time minus timestamp, 24-bit signed ticks. RFC 5450. */
    TRANSMISSION_OFFSET("urn:ietf:params:rtp-hdrext:toffset");

    private static final HeaderExtension[] ALL = values();

    private final String uri;

    HeaderExtension(String uri) {
        this.uri = uri;
    }

    /** The URI in {@code a=extmap}. */
    public String uri() {
        return uri;
    }

    /** The extension of a URI, compared exactly. */
    public static Optional<HeaderExtension> of(String uri) {
        for (HeaderExtension extension : ALL) {
            if (extension.uri.equals(uri)) {
                return Optional.of(extension);
            }
        }
        return Optional.empty();
    }
}
