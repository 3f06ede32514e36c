package io.spillway.media.rtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class HeaderExtensionTest {

    @ParameterizedTest
    @EnumSource
    void shouldBeFoundByItsUri(HeaderExtension extension) {
        assertEquals(Optional.of(extension), HeaderExtension.of(extension.uri()));
    }

    /** As Chromium and Firefox offer them. */
    @ParameterizedTest
    @CsvSource({
        "urn:ietf:params:rtp-hdrext:sdes:mid, MID",
        "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id, RID",
        "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id, REPAIRED_RID",
        "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01, TRANSPORT_CC",
        "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time, ABS_SEND_TIME",
        "urn:ietf:params:rtp-hdrext:ssrc-audio-level, AUDIO_LEVEL",
        "urn:3gpp:video-orientation, VIDEO_ORIENTATION",
        "http://www.webrtc.org/experiments/rtp-hdrext/video-layers-allocation00, VIDEO_LAYERS_ALLOCATION",
        "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension, DEPENDENCY_DESCRIPTOR",
    })
    void shouldKnowWhatBrowsersOffer(String uri, HeaderExtension extension) {
        assertEquals(Optional.of(extension), HeaderExtension.of(uri));
    }

    @Test
    void shouldNotKnowOtherUris() {
        assertTrue(HeaderExtension.of("urn:ietf:params:rtp-hdrext:sdes:MID").isEmpty());
        assertTrue(HeaderExtension.of("").isEmpty());
    }
}
