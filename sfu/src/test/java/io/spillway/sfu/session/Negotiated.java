package io.spillway.sfu.session;

import io.spillway.sfu.Rejected;
import io.spillway.sfu.Sfu.SessionAnswer;
import io.spillway.sfu.Sfu.SessionRequest;
import io.spillway.sfu.dtls.PinnedCertificate;
import io.spillway.sfu.ice.IceCredentials;
import io.spillway.sfu.loop.ImmediateSink;
import io.spillway.sfu.peer.LockStepRunner;
import io.spillway.sfu.peer.Peer;
import io.spillway.sfu.peer.PeerConfig;
import io.spillway.sfu.sdp.DtlsRole;
import io.spillway.sfu.sdp.Fingerprint;
import io.spillway.sfu.srtp.SrtpProfile;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An offer that the SFU answered, and the peer that is to connect by it. */
record Negotiated(SessionAnswer answer, Peer peer) {

    /**
     * Offers and is answered.
     *
     * @param address where the peer sends from, asked each time
     * @param media the m-lines, each followed by what describes its codecs
     */
    static Negotiated by(
            Ground ground,
            boolean publishes,
            Supplier<InetSocketAddress> address,
            List<String> media,
            Peer.Listener listener)
            throws Rejected {
        IceCredentials ice = IceCredentials.create(ground.random());
        SessionRequest request = new SessionRequest(World.LIVE, offer(publishes, media, ice), null, "test");
        SessionAnswer answer =
                publishes ? ground.sfu().publish(request) : ground.sfu().play(request);
        String sdp = answer.sdp();
        PeerConfig config = new PeerConfig(
                ice,
                new IceCredentials(attribute(sdp, "ice-ufrag"), attribute(sdp, "ice-pwd")),
                ground.server(),
                DtlsRole.CLIENT,
                new PinnedCertificate(Fingerprint.of(
                        "sha-256",
                        HexFormat.ofDelimiter(":")
                                .parseHex(attribute(sdp, "fingerprint").substring("sha-256 ".length())))),
                SrtpProfile.preference());
        Peer peer = new Peer(
                config,
                World.CLIENT_IDENTITY,
                new LockStepRunner(),
                ground.srtp(),
                ground.clientLoop(),
                new ImmediateSink(
                        (buffer, offset, length, to) -> ground.send(address.get(), to, buffer, offset, length)),
                listener,
                ground.random(),
                ground.nowNs());
        return new Negotiated(answer, peer);
    }

    String sessionId() {
        return answer.sessionId();
    }

    /** The first value of an attribute of the answer. */
    String attribute(String name) {
        return attribute(answer.sdp(), name);
    }

    private static String offer(boolean publishes, List<String> media, IceCredentials ice) {
        List<String> lines = new ArrayList<>(List.of("v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0"));
        StringBuilder bundle = new StringBuilder("a=group:BUNDLE");
        int mid = 0;
        List<String> described = new ArrayList<>();
        for (String line : media) {
            described.add(line);
            if (line.startsWith("m=")) {
                bundle.append(' ').append(mid);
                described.addAll(List.of(
                        "c=IN IP4 0.0.0.0",
                        "a=ice-ufrag:" + ice.ufrag(),
                        "a=ice-pwd:" + ice.pwd(),
                        "a=fingerprint:sha-256 "
                                + World.CLIENT_IDENTITY.fingerprint().hex(),
                        "a=setup:actpass",
                        "a=mid:" + mid++,
                        publishes ? "a=sendonly" : "a=recvonly",
                        "a=rtcp-mux",
                        "a=rtcp-rsize"));
            }
        }
        lines.add(bundle.toString());
        lines.addAll(described);
        return String.join("\r\n", lines) + "\r\n";
    }

    private static String attribute(String sdp, String name) {
        Matcher line = Pattern.compile("(?m)^a=" + name + ":(.*?)\r?$").matcher(sdp);
        if (!line.find()) {
            throw new AssertionError("the answer has no a=" + name + ":\n" + sdp);
        }
        return line.group(1);
    }
}
