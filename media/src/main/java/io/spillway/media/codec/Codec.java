package io.spillway.media.codec;

import java.util.Locale;
import java.util.Optional;

/** A codec Spillway forwards, by its RTP encoding name. Media type registrations: RFC 6184, 7798, 7741, 9628, 7587. */
public enum Codec {
    H264("H264", MediaKind.VIDEO, 90_000),
    H265("H265", MediaKind.VIDEO, 90_000),
    VP8("VP8", MediaKind.VIDEO, 90_000),
    VP9("VP9", MediaKind.VIDEO, 90_000),
    AV1("AV1", MediaKind.VIDEO, 90_000),
    OPUS("opus", MediaKind.AUDIO, 48_000);

    private final String encodingName;
    private final MediaKind kind;
    private final int clockRateHz;

    Codec(String encodingName, MediaKind kind, int clockRateHz) {
        this.encodingName = encodingName;
        this.kind = kind;
        this.clockRateHz = clockRateHz;
    }

    /** The name as it stands in {@code a=rtpmap}. */
    public String encodingName() {
        return encodingName;
    }

    public MediaKind kind() {
        return kind;
    }

    /** RTP clock rate in Hz. */
    public int clockRateHz() {
        return clockRateHz;
    }

    /** The codec of an encoding name; names compare without case (RFC 8866 §6.6), as GStreamer writes {@code OPUS}. */
    public static Optional<Codec> named(String encodingName) {
        String wanted = encodingName.toLowerCase(Locale.ROOT);
        for (Codec codec : values()) {
            if (codec.encodingName.toLowerCase(Locale.ROOT).equals(wanted)) {
                return Optional.of(codec);
            }
        }
        return Optional.empty();
    }
}
