package io.spillway.sfu.sdp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.Rejected;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is refused, with which class (W6) and which words. Each row spoils a captured offer: what, by what, and what comes of it. */
class RefusalTest {

    private static final String READING = "the session description cannot be read, ";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        v=0\\n | v=1\\n | 400 | malformed-sdp | line 1: a session description starts with v=0
        v=0\\n | '' | 400 | malformed-sdp | line 1: a session description starts with v=0
        s=-\\n | '' | 400 | malformed-sdp | line 42: the session has no s= line, which RFC 8866 demands
        o=rtc  | o= | 400 | malformed-sdp | line 2: o= has six fields: user, session id, version, network, address type, address
        a=rtcp-mux\\n | rtcp-mux\\n | 400 | malformed-sdp | line 17: "rtcp-mux" is no line of the form x=value
        m=audio 9  | m=audio 65536  | 400 | malformed-sdp | line 10: "65536" is no port
        m=audio 9 UDP/TLS/RTP/SAVPF 111 | m=audio 9 UDP/TLS/RTP/SAVPF | 400 | malformed-sdp | line 10: m= has a kind, a port, a protocol and at least one format
        a=mid:1 | a=mid:0 | 400 | malformed-sdp | line 25: mid 0 stands twice
        a=mid:1 | a=mid:one two | 400 | malformed-sdp | line 25: "one two" is no mid
        a=ice-ufrag:A7Pt | a=ice-ufrag:A7P | 400 | malformed-sdp | line 21: a=ice-ufrag has 4 to 256 characters out of A-Z a-z 0-9 + /
        a=ice-pwd:vPNO | a=ice-pwd:v NO | 400 | malformed-sdp | line 22: a=ice-pwd has 22 to 256 characters out of A-Z a-z 0-9 + /
        sha-256 A4:C6 | sha-256 C6 | 400 | malformed-sdp | line 9: "sha-256 C6:4A:43:26:A4:A3:65:6E:4E:92:B7:A6:5B:45:5C:36:19:4…" is no fingerprint of the form sha-256 AB:CD:…
        s=-\\n | s=a\\rb\\n | 400 | malformed-sdp | line 3: a control character stands within the line
        a=sendonly | a=recvonly | 422 | unsupported-direction | m-line 0 (audio) is recvonly, but a publisher sends: offer sendonly or sendrecv
        a=sendonly | a=inactive | 422 | unsupported-direction | m-line 0 (audio) is inactive, but a publisher sends: offer sendonly or sendrecv
        a=rtpmap:96 H264/90000 | a=rtpmap:96 H263/90000 | 422 | unsupported-codec | m-line 1 (video) offers only H263; Spillway takes H264, H265, VP8, VP9, AV1: choose one of these in the settings of the encoder
        a=rtpmap:111 opus/48000/2 | a=rtpmap:111 PCMU/8000 | 422 | unsupported-codec | m-line 0 (audio) offers only PCMU; Spillway takes opus: choose one of these in the settings of the encoder
        a=rtpmap:96 H264/90000 | a=x | 422 | unsupported-codec | m-line 1 (video) offers no codec by a=rtpmap; Spillway takes H264, H265, VP8, VP9, AV1: choose one of these in the settings of the encoder
        SAVPF 96\\n | SAVPF 72\\n | 422 | unsupported-codec | m-line 1 (video) offers H264, but under no payload type of its own that can be used: list it in the m-line, outside 64 to 95 (which RTCP looks like), with its registered clock rate
        m=audio | m=video | 422 | unsupported-codec | m-line 0 (video) offers only opus; Spillway takes H264, H265, VP8, VP9, AV1: choose one of these in the settings of the encoder
        a=rtpmap:111 opus/48000/2 | a=rtpmap:111 opus/44100/2 | 422 | unsupported-codec | m-line 0 (audio) offers opus, but under no payload type of its own that can be used: list it in the m-line, outside 64 to 95 (which RTCP looks like), with its registered clock rate
        m=audio 9 UDP/TLS/RTP/SAVPF 111 | m=video 9 UDP/TLS/RTP/SAVPF 111\\na=rtpmap:111 VP8/90000 | 422 | too-many-media | m-line 1 (video) is the second of its kind: offer at most one audio and one video m-line
        m=audio | m=text | 422 | unsupported-media | m-line 0 (text) is neither audio nor video, and a publisher's offer is taken wholly or not at all: offer one audio and one video m-line, no data channel
        UDP/TLS/RTP/SAVPF | RTP/AVP | 422 | unsupported-protocol | m-line 0 (audio) is RTP/AVP: offer UDP/TLS/RTP/SAVPF
        a=rtcp-mux\\n | '' | 422 | missing-rtcp-mux | m-line 0 (audio) has no a=rtcp-mux: RTP and RTCP share one port, offer it
        a=group:BUNDLE 0 1\\n | '' | 422 | missing-bundle | m-line 0 (audio) is not in a=group:BUNDLE: one transport carries all, bundle every m-line
        a=group:BUNDLE 0 1\\n | a=group:BUNDLE 0\\n | 422 | missing-bundle | m-line 1 (video) is not in a=group:BUNDLE: one transport carries all, bundle every m-line
        a=ice-ufrag:A7Pt\\n | '' | 422 | missing-ice | m-line 0 (audio) has no a=ice-ufrag, nor has the session: ICE is the only way in, offer it
        a=ice-pwd:vPNOgNRXZkhM476yy6Wg8e\\n | '' | 422 | missing-ice | m-line 0 (audio) has no a=ice-pwd, nor has the session: ICE is the only way in, offer it
        a=ice-options:ice2,trickle | a=ice-lite | 422 | ice-lite-offer | the offer says a=ice-lite as Spillway does, so nobody would send ICE checks: offer full ICE
        a=fingerprint:sha-256 | a=fingerprint:sha-1 | 422 | unsupported-fingerprint | m-line 0 (audio) has a fingerprint by "sha-1" only; sha-256, sha-384 and sha-512 are taken
        a=fingerprint: | a=x: | 422 | missing-fingerprint | m-line 0 (audio) has no a=fingerprint, nor has the session: media is taken over DTLS-SRTP only
        a=setup:actpass | a=setup:holdconn | 422 | unsupported-setup | m-line 0 (audio) offers a=setup:"holdconn"; offer actpass, active or passive
        a=setup:actpass\\n | '' | 422 | unsupported-setup | m-line 0 (audio) has no a=setup; offer actpass, active or passive
        a=simulcast:send 0;1;2 | a=simulcast:send 0;1;2;3;4 | 422 | unsupported-simulcast | m-line 1 (video) offers 5 simulcast layers; send at most 4
        a=simulcast:send 0;1;2 | a=simulcast:send 0;1;3 | 422 | unsupported-simulcast | m-line 1 (video) names the simulcast layer 3 without an a=rid:3 send line
        a=simulcast:send 0;1;2 | a=simulcast:send 0;1;1 | 422 | unsupported-simulcast | m-line 1 (video) names the simulcast layer 1 twice
        a=simulcast:send 0;1;2 | a=simulcast:send 0;;2 | 422 | unsupported-simulcast | m-line 1 (video) has a=simulcast:"send 0;;2"; write send and up to four rids of 1 to 16 letters or digits with ; between
        a=rid:1 send | a=rid:1 recv | 422 | unsupported-simulcast | m-line 1 (video) names the simulcast layer 1 without an a=rid:1 send line
        a=rid:1 send | a=rid:1 send pt=97 | 422 | unsupported-simulcast | m-line 1 (video) restricts the simulcast layer 1 to payload types none of which is taken
        urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id | urn:x | 422 | unsupported-simulcast | m-line 1 (video) offers simulcast without a=extmap urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id: layers cannot be told apart, offer it
        """)
    void shouldRefuseWhenPublisherOffersWhatIsNotServed(
            String what, String by, int status, String type, String sentence) {
        String offer = spoilt("obs-32.2.2-whip-simulcast-h264", what, by);
        check(
                status,
                type,
                sentence,
                assertThrows(Rejected.class, () -> Offers.negotiator().publish(Offer.parse(offer))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        a=recvonly | a=sendonly | 422 | unsupported-direction | m-line 0 (video) is sendonly, but a viewer receives: offer recvonly or sendrecv
        a=recvonly | a=inactive | 422 | unsupported-direction | m-line 0 (video) is inactive, but a viewer receives: offer recvonly or sendrecv
        VP8/90000 | H263/90000 | 422 | codec-mismatch | the stream is VP8, which m-line 0 (video) cannot take (it offers H263, rtx, VP9, AV1, ulpfec, red): use a player that decodes VP8, or publish in a codec of this player
        m= | m=x | 422 | no-media | the offer has no audio and no video m-line in use: add what you want to play
        a=rtcp-mux | a=x | 422 | missing-rtcp-mux | m-line 0 (video) has no a=rtcp-mux: RTP and RTCP share one port, offer it
        a=group:BUNDLE 0 1 | a=group:BUNDLE | 422 | missing-bundle | m-line 0 (video) is not in a=group:BUNDLE: one transport carries all, bundle every m-line
        """)
    void shouldRefuseWhenViewerOffersWhatIsNotServed(String what, String by, int status, String type, String sentence) {
        String offer = spoilt("firefox-153esr-recvonly", what, by);
        check(
                status,
                type,
                sentence,
                assertThrows(
                        Rejected.class,
                        () -> Offers.negotiator().play(Offer.parse(offer), Offers.playing(Offers.VP8))));
    }

    /** The offer with every {@code what} replaced; {@code \\n} and {@code \\r} in a row stand for the characters. */
    private static String spoilt(String name, String what, String by) {
        String text = Offers.captured(name).replace("\r\n", "\n");
        String target = what.translateEscapes();
        assertTrue(text.contains(target), "nothing to spoil");
        return text.replace(target, by.translateEscapes()).replace("\n", "\r\n");
    }

    private static void check(int status, String type, String sentence, Rejected refusal) {
        assertEquals((status == 400 ? READING : "") + sentence, refusal.sentence());
        assertEquals(type, refusal.type());
        assertEquals(status, refusal.status());
    }
}
