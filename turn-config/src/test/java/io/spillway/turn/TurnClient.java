package io.spillway.turn;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.random.RandomGenerator;

/** A TURN client as small as the protocol allows: one allocation by the long-term mechanism. RFC 8656. */
final class TurnClient implements AutoCloseable {

    private static final int ANSWER_LIMIT_MS = 500;
    private static final int TRIES = 8;
    private static final byte[] UDP = {17, 0, 0, 0};
    private static final byte[] UNSIGNED = {};

    private final Wire wire;
    private final String username;
    private final String password;
    private final RandomGenerator random = RandomGenerator.getDefault();
    private String realm = "";
    private String nonce = "";
    private byte[] key = UNSIGNED;

    TurnClient(InetSocketAddress server, String username, String password) throws IOException {
        this(Wire.udp(server, ANSWER_LIMIT_MS), username, password);
    }

    /** Over what somebody else has connected; closed with the client. */
    TurnClient(Wire wire, String username, String password) {
        this.wire = wire;
        this.username = username;
        this.password = password;
    }

    /** Asks without credentials: the answer is the challenge, whose realm and nonce later requests carry. */
    StunMessage challenge() throws IOException {
        StunMessage answer = exchange(allocate(), UNSIGNED);
        realm = answer.textOf(StunMessage.REALM);
        nonce = answer.textOf(StunMessage.NONCE);
        key = md5(username + ":" + realm + ":" + password);
        return answer;
    }

    /** Asks for a relayed address with the credentials; to be called after {@link #challenge}. */
    StunMessage authenticate() throws IOException {
        return exchange(signed(allocate()), key);
    }

    /** Asks for leave to exchange datagrams with a peer. */
    StunMessage permit(InetSocketAddress peer) throws IOException {
        return exchange(signed(request(StunMessage.CREATE_PERMISSION).with(StunMessage.XOR_PEER_ADDRESS, peer)), key);
    }

    /** Sends a datagram to a peer through the relay. */
    void send(InetSocketAddress peer, String text) throws IOException {
        wire.send(request(StunMessage.SEND_INDICATION)
                .with(StunMessage.XOR_PEER_ADDRESS, peer)
                .with(StunMessage.DATA, text)
                .bytes(UNSIGNED));
    }

    /** The next datagram that a peer sent to the relayed address. */
    StunMessage receive() throws IOException {
        return read();
    }

    byte[] key() {
        return key.clone();
    }

    @Override
    public void close() throws IOException {
        wire.close();
    }

    private StunMessage allocate() {
        return request(StunMessage.ALLOCATE).with(StunMessage.REQUESTED_TRANSPORT, UDP);
    }

    private StunMessage request(int type) {
        byte[] transaction = new byte[12];
        random.nextBytes(transaction);
        return new StunMessage(type, transaction);
    }

    private StunMessage signed(StunMessage request) {
        return request.with(StunMessage.USERNAME, username)
                .with(StunMessage.REALM, realm)
                .with(StunMessage.NONCE, nonce);
    }

    private StunMessage exchange(StunMessage request, byte[] signingKey) throws IOException {
        byte[] bytes = request.bytes(signingKey);
        for (int i = 0; i < TRIES; i++) {
            wire.send(bytes);
            try {
                StunMessage answer = read();
                if (answer.answers(request)) {
                    return answer;
                }
            } catch (SocketTimeoutException lost) {
                // the next try asks again with the same transaction, as RFC 8489 §6.2.1 has it
            }
        }
        throw new AssertionError("no answer");
    }

    private StunMessage read() throws IOException {
        return StunMessage.parse(wire.receive());
    }

    private static byte[] md5(String text) {
        try {
            return MessageDigest.getInstance("MD5").digest(text.getBytes(UTF_8));
        } catch (GeneralSecurityException everyJdkHasIt) {
            throw new AssertionError(everyJdkHasIt);
        }
    }
}
