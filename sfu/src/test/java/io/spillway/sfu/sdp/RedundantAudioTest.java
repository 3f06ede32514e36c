package io.spillway.sfu.sdp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.MediaKind;
import io.spillway.sfu.Rejected;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Redundant audio (RFC 2198) is agreed to as offered, and Opus' own error correction asked for as the other side does (R21). */
class RedundantAudioTest {

    private static final String VIEWER = Offers.captured("chromium-156-recvonly");
    private static final String PUBLISHER = Offers.captured("chromium-156-sendonly-all");

    @Test
    void shouldAgreeTowardAViewer() throws Rejected {
        check(Offers.negotiator().play(Offer.parse(VIEWER), Offers.playing(Offers.VP8)), "111 63");
    }

    @Test
    void shouldAgreeTowardAPublisher() throws Rejected {
        check(Offers.negotiator().publish(Offer.parse(PUBLISHER)), "111 63");
    }

    /** Chromium sends it only if the answer has it first, so it is the publisher's page that decides. */
    @Test
    void shouldKeepToTheOrderOffered() throws Rejected {
        String offer = PUBLISHER.replace("SAVPF 111 63", "SAVPF 63 111");
        check(Offers.negotiator().publish(Offer.parse(offer)), "63 111");
    }

    @ParameterizedTest
    @CsvSource({
        "no format, a=fmtp:63 111/111, a=ignored",
        "of something else too, 111/111, 111/0",
        "of another codec, 111/111, 9/9",
        "of another rate, red/48000/2, red/8000/2",
        "of one channel, red/48000/2, red/48000",
    })
    void shouldPassOverWhatIsNotOfOpusAlone(String what, String written, String instead) throws Rejected {
        String offer = VIEWER.replace(written, instead);
        Agreement agreement = Offers.negotiator().play(Offer.parse(offer), Offers.playing(Offers.VP8));

        assertFalse(audio(agreement).hasRed(), what);
        assertFalse(agreement.answer(Offers.LOCAL).contains("a=rtpmap:63 "), what);
    }

    private static void check(Agreement agreement, String payloadTypes) {
        assertEquals(63, audio(agreement).redPayloadType());
        assertEquals(111, audio(agreement).payloadType());
        String answer = agreement.answer(Offers.LOCAL);
        assertTrue(answer.contains("m=audio 9 UDP/TLS/RTP/SAVPF " + payloadTypes + "\r\n"), answer);
        assertTrue(answer.contains("a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n"), answer);
        assertTrue(answer.contains("a=fmtp:111 minptime=10;useinbandfec=1\r\n"), answer);
        assertTrue(
                agreement.media().stream()
                        .filter(media -> media.kind() == MediaKind.VIDEO)
                        .flatMap(media -> media.payloads().stream())
                        .noneMatch(PayloadMapping::hasRed),
                "the video's RED is for ULPFEC");
    }

    private static PayloadMapping audio(Agreement agreement) {
        return agreement.media().stream()
                .filter(media -> media.kind() == MediaKind.AUDIO)
                .findFirst()
                .orElseThrow()
                .payloads()
                .getFirst();
    }
}
