package io.spillway.server;

import io.spillway.sfu.dtls.DtlsEngine;
import io.spillway.sfu.dtls.DtlsIdentity;
import io.spillway.sfu.dtls.PinnedCertificate;
import io.spillway.sfu.dtls.bc.BcIdentity;
import io.spillway.sfu.ice.IceCredentials;
import io.spillway.sfu.ice.StunKey;
import io.spillway.sfu.ice.StunWriter;
import io.spillway.sfu.sdp.DtlsRole;
import io.spillway.sfu.sdp.Fingerprint;
import io.spillway.sfu.srtp.SrtpProfile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;

/**
 * Clients that join the rehearsed server as real ones do, up to the keys of SRTP: one publishes, and others come to watch and leave, for a few seconds. What
 * joining is made of is then in the profiles that the JVM keeps.
 */
final class RehearsedJoins {

    /** Every so many viewers wait for the server to begin the handshake. */
    private static final int PASSIVE_EVERY = 4;

    private static final int MAX_VIEWERS = 200;
    private static final long LONGEST_NS = 4_000_000_000L;
    private static final int SILENCE_MS = 2_000;

    private static final String PUBLISH = "/whip/";
    private static final String WATCH = "/whep/";

    private static final int FIRST_DTLS_BYTE = 20;
    private static final int LAST_DTLS_BYTE = 63;
    private static final int TRANSACTION_ID_BYTES = 12;

    private static final String OFFER = """
            v=0
            o=- 1 1 IN IP4 127.0.0.1
            s=-
            t=0 0
            a=group:BUNDLE 0 1
            m=audio 9 UDP/TLS/RTP/SAVPF 111
            c=IN IP4 0.0.0.0
            a=ice-ufrag:UFRAG
            a=ice-pwd:PWD
            a=fingerprint:sha-256 FINGERPRINT
            a=setup:SETUP
            a=mid:0
            a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
            a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
            a=DIRECTION
            a=rtcp-mux
            a=rtpmap:111 opus/48000/2
            a=rtcp-fb:111 transport-cc
            a=fmtp:111 minptime=10;useinbandfec=1
            m=video 9 UDP/TLS/RTP/SAVPF 102 103
            c=IN IP4 0.0.0.0
            a=ice-ufrag:UFRAG
            a=ice-pwd:PWD
            a=fingerprint:sha-256 FINGERPRINT
            a=setup:SETUP
            a=mid:1
            a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
            a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
            a=DIRECTION
            a=rtcp-mux
            a=rtcp-rsize
            a=rtpmap:102 H264/90000
            a=rtcp-fb:102 transport-cc
            a=rtcp-fb:102 ccm fir
            a=rtcp-fb:102 nack
            a=rtcp-fb:102 nack pli
            a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f
            a=rtpmap:103 rtx/90000
            a=fmtp:103 apt=102
            """.replace("\n", "\r\n");

    private final SecureRandom random = new SecureRandom();
    private final DtlsIdentity identity = BcIdentity.create(random, Instant.now());
    private final URI base;
    private final InetSocketAddress media;
    private final String stream;
    private final String publishKey;
    private final long endNs = System.nanoTime() + LONGEST_NS;

    RehearsedJoins(int httpPort, int mediaPort, String stream, String publishKey) {
        this.base = URI.create("http://127.0.0.1:" + httpPort);
        this.media = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), mediaPort);
        this.stream = stream;
        this.publishKey = publishKey;
    }

    /** Gives how many viewers joined. @throws IOException one could not join */
    int run() throws IOException {
        try (Joined _ = join(PUBLISH, "sendonly", DtlsRole.CLIENT)) {
            int viewers = 0;
            while (viewers < MAX_VIEWERS && System.nanoTime() < endNs) {
                DtlsRole role = viewers % PASSIVE_EVERY == 0 ? DtlsRole.SERVER : DtlsRole.CLIENT;
                join(WATCH, "recvonly", role).close();
                viewers++;
            }
            return viewers;
        }
    }

    /** A client that has its keys. */
    private record Joined(RehearsedJoins of, DatagramSocket socket, URI session) implements AutoCloseable {

        @Override
        public void close() throws IOException {
            socket.close();
            of.delete(session);
        }
    }

    private Joined join(String path, String direction, DtlsRole role) throws IOException {
        IceCredentials own = IceCredentials.create(random);
        HttpURLConnection post = post(base.resolve(path + stream), offer(own, direction, role));
        while (post.getResponseCode() == HttpURLConnection.HTTP_CONFLICT && System.nanoTime() < endNs) {
            // The publisher has its keys a moment before the server knows.
            post = post(base.resolve(path + stream), offer(own, direction, role));
        }
        require(post, HttpURLConnection.HTTP_CREATED);
        String answer;
        try (InputStream body = post.getInputStream()) {
            answer = new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
        Joined joined =
                new Joined(this, new DatagramSocket(), base.resolve(String.valueOf(post.getHeaderField("Location"))));
        try {
            connect(joined.socket, own, answer, role);
            return joined;
        } catch (IOException failed) {
            joined.close();
            throw failed;
        }
    }

    private HttpURLConnection post(URI address, String offer) throws IOException {
        HttpURLConnection post = open(address, "POST");
        post.setRequestProperty("Content-Type", "application/sdp");
        post.setDoOutput(true);
        try (OutputStream body = post.getOutputStream()) {
            body.write(offer.getBytes(StandardCharsets.UTF_8));
        }
        return post;
    }

    private void connect(DatagramSocket socket, IceCredentials own, String answer, DtlsRole role) throws IOException {
        socket.connect(media);
        socket.setSoTimeout(SILENCE_MS);
        byte[] id = new byte[TRANSACTION_ID_BYTES];
        random.nextBytes(id);
        StunWriter check = new StunWriter();
        int length = check.request(id)
                .username(value(answer, "ice-ufrag") + ":" + own.ufrag())
                .priority(1)
                .controlling(1)
                .useCandidate()
                .finish(new StunKey(value(answer, "ice-pwd")));
        socket.send(new DatagramPacket(check.buffer().array(), length));
        byte[] hash =
                HexFormat.ofDelimiter(":").parseHex(value(answer, "fingerprint").replaceFirst("^\\S+ ", ""));
        PinnedCertificate server = new PinnedCertificate(Fingerprint.of("sha-256", hash));
        // The keys of it are for nobody: a viewer without media is joined.
        identity.engine(role, server, SrtpProfile.preference()).handshake(new Link(socket));
    }

    private String offer(IceCredentials own, String direction, DtlsRole role) {
        return OFFER.replace("UFRAG", own.ufrag())
                .replace("PWD", own.pwd())
                .replace("FINGERPRINT", identity.fingerprint().hex())
                .replace("SETUP", role == DtlsRole.SERVER ? "passive" : "actpass")
                .replace("DIRECTION", direction);
    }

    private void delete(URI session) throws IOException {
        require(open(session, "DELETE"), HttpURLConnection.HTTP_OK);
    }

    private HttpURLConnection open(URI address, String method) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection();
        connection.setRequestMethod(method);
        if (address.getPath().startsWith(PUBLISH)) {
            connection.setRequestProperty("Authorization", "Bearer " + publishKey);
        }
        connection.setReadTimeout(SILENCE_MS);
        return connection;
    }

    private static void require(HttpURLConnection connection, int status) throws IOException {
        if (connection.getResponseCode() != status) {
            throw new IOException(connection.getRequestMethod() + " " + connection.getURL() + " answered "
                    + connection.getResponseCode());
        }
    }

    private static String value(String answer, String attribute) throws IOException {
        String start = "a=" + attribute + ":";
        return answer.lines()
                .filter(line -> line.startsWith(start))
                .findFirst()
                .orElseThrow(() -> new IOException("the answer has no " + attribute))
                .substring(start.length())
                .strip();
    }

    /** The DTLS among what comes; a datagram lost on the way to ourselves ends it. */
    private record Link(DatagramSocket socket) implements DtlsEngine.DatagramLink {

        @Override
        public int receive(byte[] into, int offset, int length, int waitMs) throws IOException {
            DatagramPacket packet = new DatagramPacket(into, offset, length);
            do {
                packet.setLength(length);
                socket.receive(packet);
            } while (into[offset] < FIRST_DTLS_BYTE || into[offset] > LAST_DTLS_BYTE);
            return packet.getLength();
        }

        @Override
        public void send(byte[] record, int offset, int length) throws IOException {
            socket.send(new DatagramPacket(record, offset, length));
        }
    }
}
