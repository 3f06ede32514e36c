package io.spillway.bench.load;

import io.spillway.sfu.dtls.DtlsIdentity;
import io.spillway.sfu.ice.IceCredentials;

/** The session description that a publisher or viewer of one shape offers. */
final class Offer {

    static final int H264 = 102;
    static final int H264_RTX = 103;
    static final int OPUS = 111;

    /** Ids of header extensions. */
    static final int MID = 4;

    static final int TRANSPORT_CC = 3;

    private Offer() {}

    /** What kind the media is, and whether it is sent; {@code ssrc} and {@code rtxSsrc} are the sender's own. */
    static String write(
            boolean sends, boolean video, IceCredentials ice, DtlsIdentity identity, int ssrc, int rtxSsrc) {
        StringBuilder sdp = new StringBuilder();
        line(sdp, "v=0");
        line(sdp, "o=- " + Integer.toUnsignedString(ssrc) + " 1 IN IP4 127.0.0.1");
        line(sdp, "s=-");
        line(sdp, "t=0 0");
        line(sdp, "a=group:BUNDLE 0");
        line(sdp, "a=msid-semantic: WMS *");
        line(
                sdp,
                video ? "m=video 9 UDP/TLS/RTP/SAVPF " + H264 + " " + H264_RTX : "m=audio 9 UDP/TLS/RTP/SAVPF " + OPUS);
        line(sdp, "c=IN IP4 0.0.0.0");
        line(sdp, "a=rtcp:9 IN IP4 0.0.0.0");
        line(sdp, "a=ice-ufrag:" + ice.ufrag());
        line(sdp, "a=ice-pwd:" + ice.pwd());
        line(sdp, "a=fingerprint:sha-256 " + identity.fingerprint().hex());
        line(sdp, "a=setup:actpass");
        line(sdp, "a=mid:0");
        line(sdp, "a=extmap:" + MID + " urn:ietf:params:rtp-hdrext:sdes:mid");
        line(
                sdp,
                "a=extmap:" + TRANSPORT_CC
                        + " http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01");
        line(sdp, sends ? "a=sendonly" : "a=recvonly");
        line(sdp, "a=rtcp-mux");
        line(sdp, "a=rtcp-rsize");
        if (video) {
            video(sdp);
        } else {
            line(sdp, "a=rtpmap:" + OPUS + " opus/48000/2");
            line(sdp, "a=fmtp:" + OPUS + " minptime=10;useinbandfec=1");
            line(sdp, "a=rtcp-fb:" + OPUS + " transport-cc");
            line(sdp, "a=rtcp-fb:" + OPUS + " nack");
        }
        if (sends) {
            sources(sdp, video, ssrc, rtxSsrc);
        }
        return sdp.toString();
    }

    private static void video(StringBuilder sdp) {
        line(sdp, "a=rtpmap:" + H264 + " H264/90000");
        line(sdp, "a=fmtp:" + H264 + " level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42c01f");
        line(sdp, "a=rtcp-fb:" + H264 + " transport-cc");
        line(sdp, "a=rtcp-fb:" + H264 + " ccm fir");
        line(sdp, "a=rtcp-fb:" + H264 + " nack");
        line(sdp, "a=rtcp-fb:" + H264 + " nack pli");
        line(sdp, "a=rtpmap:" + H264_RTX + " rtx/90000");
        line(sdp, "a=fmtp:" + H264_RTX + " apt=" + H264);
    }

    private static void sources(StringBuilder sdp, boolean video, int ssrc, int rtxSsrc) {
        String own = Integer.toUnsignedString(ssrc);
        line(sdp, "a=msid:bench bench-track");
        if (video) {
            String repair = Integer.toUnsignedString(rtxSsrc);
            line(sdp, "a=ssrc-group:FID " + own + " " + repair);
            line(sdp, "a=ssrc:" + own + " cname:bench");
            line(sdp, "a=ssrc:" + repair + " cname:bench");
        } else {
            line(sdp, "a=ssrc:" + own + " cname:bench");
        }
    }

    private static void line(StringBuilder sdp, String line) {
        sdp.append(line).append("\r\n");
    }
}
