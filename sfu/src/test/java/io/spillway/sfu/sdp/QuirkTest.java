package io.spillway.sfu.sdp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.MediaKind;
import io.spillway.media.rtp.HeaderExtension;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.sdp.PayloadMapping.Feedback;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What odd but honest publishers write, and what is made of it. */
class QuirkTest {

    private static final String OBS = Offers.captured("obs-32.2.2-whip-simulcast-h264");
    private static final String FFMPEG = Offers.captured("ffmpeg-8.1.2-whip-sendonly");
    private static final String CHROMIUM = Offers.captured("chromium-156-sendonly-all");

    @Test
    void shouldTakeProfileAsUnknownWhenFfmpeg80WritesSevenDigits() throws Rejected {
        AgreedMedia video = video(publish(FFMPEG.replace("profile-level-id=42000c", "profile-level-id=42c01f0")));
        assertEquals(Codec.H264, video.payloads().getFirst().codec());
        assertEquals(
                H264Profile.UNKNOWN, H264Profile.of(video.payloads().getFirst().fmtp()));
    }

    @Test
    void shouldBundleWhatExistsWhenFfmpeg80NamesAMissingMid() throws Rejected {
        String audioOnly = FFMPEG.substring(0, FFMPEG.indexOf("m=video"));
        Agreement agreement = publish(audioOnly);
        assertEquals(1, agreement.media().size());
        assertTrue(agreement.answer(Offers.LOCAL).contains("a=group:BUNDLE 0\r\n"));
    }

    @Test
    void shouldIgnoreTheLineWhenFeedbackLacksItsColon() throws Rejected {
        AgreedMedia video = video(publish(FFMPEG.replace("a=rtcp-fb:106 nack", "a=rtcp-fb106 nack")));
        assertEquals(Set.of(), video.payloads().getFirst().feedback());
    }

    @Test
    void shouldIgnoreLinesAndAttributesThatNobodyKnows() throws Rejected {
        String odd = OBS.replace(
                "a=mid:1\r\n", "a=mid:1\r\nb=AS:4000\r\nk=clear:x\r\na=ssrc:\r\na=\r\na=rid:~!\r\na=extmap:x y\r\n");
        assertEquals(publish(OBS).answer(Offers.LOCAL), publish(odd).answer(Offers.LOCAL));
    }

    @Test
    void shouldReadBareLineFeedsAndTrailingBlankLines() throws Rejected {
        assertEquals(
                publish(OBS).answer(Offers.LOCAL),
                publish(OBS.replace("\r\n", "\n") + "\n\n").answer(Offers.LOCAL));
    }

    @Test
    void shouldReadTransportAndDirectionAtEitherLevel() throws Rejected {
        String atSession = FFMPEG.replaceAll("a=(ice-ufrag|ice-pwd|fingerprint|setup|sendonly)[^\r]*\r\n", "")
                .replace(
                        "t=0 0\r\n",
                        "t=0 0\r\n"
                                + String.join(
                                        "\r\n",
                                        "a=sendonly",
                                        "a=ice-ufrag:e99acfd1",
                                        "a=ice-pwd:c7d8847ba81261004e1c2e03683b1ba5",
                                        "a=fingerprint:sha-256 82:EB:F8:B4:24:87:EE:4A:C9:72:70:B4:59:7B:DF:96:46:E8:75:60:70:42:5F:34:F2:C4:B9:7A:79:25:FD:EC",
                                        "a=setup:passive",
                                        ""));
        assertEquals(publish(FFMPEG).remote(), publish(atSession).remote());
    }

    @Test
    void shouldTakeTheOtherDtlsRole() throws Rejected {
        for (Map.Entry<String, DtlsRole> row : Map.of(
                        "actpass", DtlsRole.SERVER, "active", DtlsRole.SERVER, "passive", DtlsRole.CLIENT)
                .entrySet()) {
            Agreement agreement = publish(OBS.replace("a=setup:actpass", "a=setup:" + row.getKey()));
            assertEquals(row.getValue(), agreement.remote().ourRole());
            assertTrue(agreement
                    .answer(Offers.LOCAL)
                    .contains(row.getValue() == DtlsRole.SERVER ? "a=setup:passive" : "a=setup:active"));
        }
    }

    @Test
    void shouldTakeTheFirstFingerprintThatProvesSomething() throws Rejected {
        String sha512 = "sha-512 " + "0A:".repeat(63) + "0b";
        String offer = OBS.replace(
                "a=fingerprint:",
                "a=fingerprint:sha-1 " + "00:".repeat(19) + "00\r\na=fingerprint:" + sha512 + "\r\na=fingerprint:");
        Fingerprint fingerprint = publish(offer).remote().fingerprint();
        assertEquals("sha-512", fingerprint.algorithm());
        assertEquals(64, fingerprint.bytes().length);
        assertEquals(0x0b, fingerprint.bytes()[63]);
    }

    @Test
    void shouldKnowSourcesBySsrcWhenNoExtensionIsOffered() throws Rejected {
        AgreedMedia video = video(publish(FFMPEG));
        assertEquals(Map.of(), video.extensionIds());
        assertEquals(List.of(new AgreedMedia.Source(798295747, 798295748)), video.sources());
    }

    @Test
    void shouldPairEachLayerWithItsRtxWhenFirefoxAnnouncesGroups() throws Rejected {
        AgreedMedia video = video(publish(Offers.captured("firefox-153esr-simulcast-vp8")));
        assertEquals(
                List.of(
                        new AgreedMedia.Source((int) 3453765009L, 1096729132),
                        new AgreedMedia.Source(1610762391, 1708726160),
                        new AgreedMedia.Source((int) 3573704444L, (int) 2503772375L)),
                video.sources());
        assertEquals(List.of("h", "m", "l"), video.rids());
    }

    @Test
    void shouldTakeExtensionIdsOfEachOfferAndEachMediaLine() throws Rejected {
        String sixteen = CHROMIUM.replace("a=extmap:14 urn", "a=extmap:16 urn").replace("a=extmap:9 ", "a=extmap:15 ");
        Agreement agreement = publish(sixteen);
        AgreedMedia audio = agreement.media().get(1);
        assertEquals(16, audio.extensionIds().get(HeaderExtension.AUDIO_LEVEL.uri()));
        assertFalse(audio.extensionIds().containsKey(HeaderExtension.MID.uri()), "15 stops a one-byte header");
        assertTrue(agreement.answer(Offers.LOCAL).contains("a=extmap-allow-mixed\r\n"));
    }

    @Test
    void shouldTurnAroundOrDropExtensionsWhenTheyHaveADirection() throws Rejected {
        String answer = publish(Offers.captured("firefox-153esr-simulcast-vp8")).answer(Offers.LOCAL);
        assertTrue(answer.contains("a=extmap:9/recvonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n"));
        assertFalse(answer.contains("playout-delay"), "Firefox would only receive it");
    }

    @Test
    void shouldDropTransportCcWhenFeedbackComesWithoutExtensionOrTheReverse() throws Rejected {
        AgreedMedia gstreamer = publish(Offers.captured("gst-webrtcbin-1.22.0-sendonly-h264"))
                .media()
                .getFirst();
        assertEquals(
                Set.of(Feedback.NACK_PLI, Feedback.CCM_FIR),
                gstreamer.payloads().getFirst().feedback());
        AgreedMedia chromium = publish(CHROMIUM.replaceAll("a=rtcp-fb:\\d+ transport-cc\r\n", ""))
                .media()
                .getFirst();
        assertFalse(chromium.extensionIds().containsKey(HeaderExtension.TRANSPORT_CC.uri()));
        assertTrue(video(publish(CHROMIUM)).extensionIds().containsKey(HeaderExtension.TRANSPORT_CC.uri()));
    }

    @Test
    void shouldApplyFeedbackToAllPayloadTypesWhenOfferedWithAStar() throws Rejected {
        AgreedMedia video = video(publish(FFMPEG.replace("a=rtcp-fb:106 nack", "a=rtcp-fb:* nack pli")));
        assertEquals(Set.of(Feedback.NACK_PLI), video.payloads().getFirst().feedback());
    }

    @Test
    void shouldLeaveOutSingleUnitModeWhenThereIsBetter() throws Rejected {
        AgreedMedia video = video(publish(CHROMIUM));
        assertEquals(
                List.of(96, 102, 108, 116, 45, 98, 100),
                video.payloads().stream().map(PayloadMapping::payloadType).toList());
        AgreedMedia only = video(publish(OBS.replace("packetization-mode=1", "packetization-mode=0")));
        assertEquals(Codec.H264, only.payloads().getFirst().codec());
    }

    @Test
    void shouldTakeOneKindAlone() throws Rejected {
        int video = OBS.indexOf("m=video");
        assertEquals(
                1,
                publish(OBS.substring(0, video).replace("BUNDLE 0 1", "BUNDLE 0"))
                        .media()
                        .size());
        String videoOnly =
                OBS.substring(0, OBS.indexOf("m=audio")).replace("a=group:BUNDLE 0 1\r\n", "") + OBS.substring(video);
        Agreement agreement = publish(videoOnly);
        assertEquals(0, agreement.media().getFirst().index());
        assertFalse(agreement.answer(Offers.LOCAL).contains("BUNDLE"));
    }

    @Test
    void shouldAnswerPortZeroWhenALineIsSwitchedOff() throws Rejected {
        Agreement agreement = publish(OBS.replace("m=audio 9", "m=audio 0"));
        assertEquals(
                List.of("1"), agreement.media().stream().map(AgreedMedia::mid).toList());
        String answer = agreement.answer(Offers.LOCAL);
        assertTrue(answer.contains(
                "m=audio 0 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=inactive\r\nm=video 9 "));
        assertTrue(answer.contains("a=group:BUNDLE 1\r\n"));
    }

    @Test
    void shouldTakeTheFirstAlternativeAndEchoRestrictionsWhenLayersHaveThem() throws Rejected {
        String offer = OBS.replace("a=simulcast:send 0;1;2", "a=simulcast:recv x send ~0,1;2")
                .replace("a=rid:2 send", "a=rid:2 send pt=97,96;max-width=320;max-height=180");
        Agreement agreement = publish(offer);
        assertEquals(List.of("0", "2"), video(agreement).rids());
        String answer = agreement.answer(Offers.LOCAL);
        assertTrue(answer.contains(
                "a=rid:0 recv\r\na=rid:2 recv pt=96;max-width=320;max-height=180\r\na=simulcast:recv 0;2\r\n"));
    }

    @Test
    void shouldAnswerRtcpMuxOnlyOnlyWhenOffered() throws Rejected {
        assertTrue(publish(Offers.captured("gst-webrtcbin-1.22.0-sendonly-h264"))
                .answer(Offers.LOCAL)
                .contains("a=rtcp-mux-only\r\n"));
        assertFalse(publish(OBS).answer(Offers.LOCAL).contains("rtcp-mux-only"));
    }

    private static Agreement publish(String offer) throws Rejected {
        return Offers.negotiator().publish(Offer.parse(offer));
    }

    private static AgreedMedia video(Agreement agreement) {
        return agreement.media().stream()
                .filter(media -> media.kind() == MediaKind.VIDEO)
                .findFirst()
                .orElseThrow();
    }
}
