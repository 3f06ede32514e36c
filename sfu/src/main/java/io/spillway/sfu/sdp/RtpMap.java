package io.spillway.sfu.sdp;

import java.util.Optional;

/**
 * An {@code a=rtpmap} line. RFC 8866 §6.6.
 *
 * @param encoding name with the writer's capitals
 * @param channels as written, or 1 where none stands
 * @param text what follows the payload type, to be echoed
 */
record RtpMap(int payloadType, String encoding, int clockRateHz, int channels, String text) {

    private static final int MAX_ENCODING_CHARS = 32;

    /** The line's value read; empty when it is malformed, so that a stranger's odd line costs that payload type only. */
    static Optional<RtpMap> parse(String value) {
        int space = value.indexOf(' ');
        if (space < 0) {
            return Optional.empty();
        }
        int payloadType = Grammar.decimal(value.substring(0, space));
        String text = value.substring(space + 1).trim();
        String[] parts = text.split("/", -1);
        if (payloadType < 0 || payloadType > 127 || parts.length < 2 || parts.length > 3) {
            return Optional.empty();
        }
        int clockRateHz = Grammar.decimal(parts[1]);
        int channels = parts.length == 3 ? Grammar.decimal(parts[2]) : 1;
        if (!Grammar.isToken(parts[0], MAX_ENCODING_CHARS) || clockRateHz < 1 || channels < 1 || channels > 255) {
            return Optional.empty();
        }
        return Optional.of(new RtpMap(payloadType, parts[0], clockRateHz, channels, text));
    }
}
