package io.spillway.sfu.sdp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.MediaKind;
import io.spillway.media.rtp.HeaderExtension;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.sdp.CodecMatcher.H264Policy;
import io.spillway.sfu.sdp.PayloadMapping.Feedback;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a viewer is answered, as the stream carries one thing or another. */
class PlayTest {

    private static final String CHROMIUM = Offers.captured("chromium-156-recvonly");
    private static final String FIREFOX = Offers.captured("firefox-153esr-recvonly");
    private static final String GSTREAMER = Offers.captured("gst-webrtcbin-1.22.0-recvonly-h264");

    @Test
    void shouldPutTheStreamsCodecFirstAndKeepAllOthers() throws Rejected {
        List<Integer> inOfferedOrder = List.of(96, 98, 100, 35, 37, 102, 108, 116, 41, 45, 47);
        assertEquals(inOfferedOrder, payloadTypes(play(CHROMIUM, Offers.VP8)));
        PlaySources.Carried vp9 = new PlaySources.Carried(Codec.VP9, Map.of("profile-id", "2"));
        assertEquals(List.of(100, 96, 98, 35, 37, 102, 108, 116, 41, 45, 47), payloadTypes(play(CHROMIUM, vp9)));
        assertEquals(41, payloadTypes(play(CHROMIUM, Offers.h264("640028"))).getFirst());
        assertEquals(inOfferedOrder, payloadTypes(play(CHROMIUM, null)));
    }

    @Test
    void shouldAnswerTheViewersOwnH264FormatLine() throws Rejected {
        String answer = play(CHROMIUM, Offers.h264("42c028")).answer(Offers.LOCAL);
        assertTrue(answer.contains("m=video 9 UDP/TLS/RTP/SAVPF 108 109 "));
        assertTrue(answer.contains(
                "a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r\n"));
    }

    /** RFC 3611 §5. */
    @Test
    void shouldLetAViewerLearnItsRoundTripWhereItOffersTo() throws Rejected {
        String line = "a=rtcp-xr:rcvr-rtt=all\r\n";
        assertEquals(3, play(CHROMIUM, Offers.VP8).answer(Offers.LOCAL).split(line, -1).length, "each m-line");
        String other =
                CHROMIUM.replace("rtcp-xr:rcvr-rtt=all", "rtcp-xr:voip-metrics rcvr-rtt=sender stat-summary=loss");
        assertTrue(play(other, Offers.VP8).answer(Offers.LOCAL).contains("a=rtcp-xr:rcvr-rtt=sender\r\n"));
        assertFalse(play(FIREFOX, Offers.VP8).answer(Offers.LOCAL).contains("rtcp-xr"), "not offered");
    }

    @Test
    void shouldSendUnknownProfilesOnlyWhenPolicyAssumesTheyDecode() throws Rejected {
        Offer offer = Offer.parse(GSTREAMER);
        PlaySources high = Offers.playing(Offers.h264("640028"));
        assertEquals(96, payloadTypes(Offers.negotiator().play(offer, high)).getFirst());
        Negotiator strict = new Negotiator(new CodecMatcher(H264Policy.STRICT));
        Rejected refusal = assertThrows(Rejected.class, () -> strict.play(offer, high));
        assertEquals("codec-mismatch", refusal.type());
        assertEquals(422, refusal.status());
        assertEquals(
                "the stream is H264 (profile-level-id \"640028\"), which m-line 0 (video) cannot take (it offers H264; H264 as"
                        + " \"packetization-mode=1;profile-level-id=42e01f\"): use a player that decodes H264"
                        + " (profile-level-id \"640028\"), or publish in a codec of this player",
                refusal.sentence());
    }

    @Test
    void shouldAnnounceOneStreamWithRtxForEachTrack() throws Rejected {
        String answer = play(FIREFOX, Offers.VP8).answer(Offers.LOCAL);
        assertTrue(answer.contains(String.join(
                "\r\n",
                "a=msid:spillway-stream video",
                "a=ssrc-group:FID 4026531841 4026531842",
                "a=ssrc:4026531841 cname:spillway-cname",
                "a=ssrc:4026531842 cname:spillway-cname",
                "")));
        assertTrue(answer.contains("a=msid:spillway-stream audio\r\na=ssrc:268435457 cname:spillway-cname\r\n"));
    }

    @Test
    void shouldSendNothingTheViewerDidNotAskFor() throws Rejected {
        AgreedMedia video = play(CHROMIUM, Offers.VP8).media().getFirst();
        assertEquals(
                Set.of(
                        HeaderExtension.MID.uri(),
                        HeaderExtension.TRANSPORT_CC.uri(),
                        HeaderExtension.VIDEO_ORIENTATION.uri(),
                        HeaderExtension.PLAYOUT_DELAY.uri(),
                        HeaderExtension.COLOR_SPACE.uri()),
                video.extensionIds().keySet());
        assertEquals(
                Set.of(Feedback.NACK, Feedback.NACK_PLI, Feedback.CCM_FIR, Feedback.TRANSPORT_CC, Feedback.GOOG_REMB),
                video.payloads().getFirst().feedback());
        assertTrue(video.reducedSizeRtcp());
        assertEquals(List.of(), video.rids());
        assertEquals(List.of(), video.sources());
    }

    /** R10: without it browsers decode no AV1 of several spatial layers. */
    @Test
    void shouldAgreeToDependencyDescriptorsWhereTheyAreOffered() throws Rejected {
        String offer =
                CHROMIUM.replace(HeaderExtension.VIDEO_CONTENT_TYPE.uri(), HeaderExtension.DEPENDENCY_DESCRIPTOR.uri());
        assertTrue(play(offer, Offers.VP8)
                .media()
                .getFirst()
                .extensionIds()
                .containsKey(HeaderExtension.DEPENDENCY_DESCRIPTOR.uri()));
    }

    @Test
    void shouldTurnFirefoxReceiveOnlyExtensionsAround() throws Rejected {
        assertTrue(play(FIREFOX, Offers.VP8)
                .answer(Offers.LOCAL)
                .contains("a=extmap:6/sendonly http://www.webrtc.org/experiments/rtp-hdrext/playout-delay\r\n"));
    }

    @Test
    void shouldRefuseTheLineOnlyWhenAudioCannotBeTaken() throws Rejected {
        Agreement agreement = play(GSTREAMER.replace("OPUS/48000/2", "PCMU/8000"), Offers.h264("42e01f"));
        assertEquals(
                List.of(MediaKind.VIDEO),
                agreement.media().stream().map(AgreedMedia::kind).toList());
        String answer = agreement.answer(Offers.LOCAL);
        assertTrue(answer.contains("m=audio 0 UDP/TLS/RTP/SAVPF 97\r\n"));
        assertTrue(answer.contains("a=group:BUNDLE video0\r\n"));
    }

    @Test
    void shouldRefuseAllWhenNothingCanBeTaken() {
        String offer = GSTREAMER.replace("OPUS/48000/2", "PCMU/8000").replace("H264/90000", "H263/90000");
        Rejected refusal = assertThrows(Rejected.class, () -> play(offer, null));
        assertEquals(422, refusal.status());
        assertEquals("codec-mismatch", refusal.type(), "the stream's audio cannot be taken either");
    }

    @Test
    void shouldMoveTheTransportToTheFirstAcceptedLineWhenTheFirstIsRefused() throws Rejected {
        String dataFirst = Offers.captured("chromium-156-recvonly-data");
        int video = dataFirst.indexOf("m=video");
        int data = dataFirst.indexOf("m=application");
        String offer = dataFirst.substring(0, video).replace("BUNDLE 0 1 2", "BUNDLE 2 0 1")
                + dataFirst.substring(data)
                + dataFirst.substring(video, data);
        Agreement agreement = play(offer, Offers.VP8);
        assertEquals(1, agreement.media().getFirst().index());
        String answer = agreement.answer(Offers.LOCAL);
        assertTrue(answer.contains("a=group:BUNDLE 0 1\r\n"));
        assertTrue(answer.indexOf("a=candidate") > answer.indexOf("m=video"));
        assertTrue(answer.indexOf("a=candidate") < answer.indexOf("m=audio"));
    }

    @Test
    void shouldRefuseASecondVideoLineOnly() throws Rejected {
        int audio = GSTREAMER.indexOf("m=audio");
        String offer = GSTREAMER.replace("BUNDLE video0", "BUNDLE video2 video0")
                + GSTREAMER.substring(GSTREAMER.indexOf("m=video"), audio).replace("a=mid:video0", "a=mid:video2");
        Agreement agreement = play(offer, Offers.h264("42e01f"));
        assertEquals(
                List.of("video0", "audio1"),
                agreement.media().stream().map(AgreedMedia::mid).toList());
        assertTrue(agreement.answer(Offers.LOCAL).contains("a=group:BUNDLE video0 audio1\r\n"));
    }

    @Test
    void shouldPlayOneKindAlone() throws Rejected {
        String videoOnly = GSTREAMER.substring(0, GSTREAMER.indexOf("m=audio"));
        Agreement agreement = play(videoOnly, Offers.h264("42e01f"));
        assertEquals(1, agreement.media().size());
        assertFalse(agreement.answer(Offers.LOCAL).contains("m=audio"));
    }

    private static Agreement play(String offer, PlaySources.@Nullable Carried video) throws Rejected {
        return Offers.negotiator().play(Offer.parse(offer), Offers.playing(video));
    }

    private static List<Integer> payloadTypes(Agreement agreement) {
        return agreement.media().getFirst().payloads().stream()
                .map(PayloadMapping::payloadType)
                .toList();
    }
}
