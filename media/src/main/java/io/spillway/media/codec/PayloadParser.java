package io.spillway.media.codec;

import java.nio.ByteBuffer;

/** Reads one codec's RTP payloads for what a forwarder must know. Total: any bytes give a value or false. Stateless; safe for any thread with a {@link PayloadInfo} of its own. */
public interface PayloadParser {

    /**
     * Reads {@code buffer[offset..offset+length)}, which must lie within the buffer, into {@code out}, whose old content goes. False when the payload is malformed or of a form we never negotiate;
     * {@code out} then means nothing.
     */
    boolean parse(ByteBuffer buffer, int offset, int length, PayloadInfo out);

    /** The parser of a codec. */
    static PayloadParser of(Codec codec) {
        return switch (codec) {
            case H264 -> H264Payload.PARSER;
            case H265 -> H265Payload.PARSER;
            case VP8 -> Vp8Payload.PARSER;
            case VP9 -> Vp9Payload.PARSER;
            case AV1 -> Av1Payload.PARSER;
            case OPUS -> OpusPayload.PARSER;
        };
    }
}
