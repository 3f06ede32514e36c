package io.spillway.sfu.dtls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.spillway.sfu.sdp.DtlsRole;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A flight that the library sends again by its own clock goes nowhere, but never takes a new one with it. The library's thread is the test's: all
 * that it reads is there before it asks.
 */
class HandshakeLinkTest {

    private static final int HANDSHAKE = 22;
    private static final int CHANGE_CIPHER_SPEC = 20;
    private static final int SERVER_HELLO = 2;
    private static final int CLIENT_HELLO = 1;
    private static final int CERTIFICATE = 11;
    private static final int FINISHED = 20;

    /** Handshakes that nobody runs. */
    private static final HandshakeRunner STILL = new HandshakeRunner() {
        @Override
        public boolean start(Runnable handshake) {
            return false;
        }

        @Override
        public void waiting() {}

        @Override
        public void working() {}

        @Override
        public void given(HandshakeLink link) {}
    };

    private final byte[] received = new byte[2_048];

    /** On a busy machine the server's clock runs out between the records of the client's last flight, which came in one datagram. */
    @Test
    void shouldSendTheServersLastFlightRightAfterARepeatedOne() throws IOException {
        HandshakeLink link = new HandshakeLink(DtlsRole.SERVER, STILL, () -> {});
        read(link, record(HANDSHAKE, 0, CLIENT_HELLO, 0));
        send(link, record(HANDSHAKE, 0, SERVER_HELLO, 0));
        read(link, record(HANDSHAKE, 0, CERTIFICATE, 1));
        assertEquals(List.of("22/2"), sent(link));

        send(link, record(HANDSHAKE, 0, SERVER_HELLO, 0));
        send(link, record(CHANGE_CIPHER_SPEC, 0, -1, 0));
        send(link, record(HANDSHAKE, 1, FINISHED, 1));
        link.ended();
        assertEquals(List.of("20", "22"), sent(link), "the last flight, and not the one before it again");
    }

    @Test
    void shouldSendTheClientsSecondFlightRightAfterARepeatedHello() throws IOException {
        HandshakeLink link = new HandshakeLink(DtlsRole.CLIENT, STILL, () -> {});
        send(link, record(HANDSHAKE, 0, CLIENT_HELLO, 0));
        read(link, record(HANDSHAKE, 0, SERVER_HELLO, 0));
        assertEquals(List.of("22/1"), sent(link));

        send(link, record(HANDSHAKE, 0, CLIENT_HELLO, 0));
        send(link, record(HANDSHAKE, 0, CERTIFICATE, 1));
        send(link, record(CHANGE_CIPHER_SPEC, 0, -1, 0));
        send(link, record(HANDSHAKE, 1, FINISHED, 2));
        // And once more, unasked: all of it.
        send(link, record(HANDSHAKE, 0, CERTIFICATE, 1));
        send(link, record(CHANGE_CIPHER_SPEC, 0, -1, 0));
        send(link, record(HANDSHAKE, 1, FINISHED, 2));
        link.ended();
        assertEquals(List.of("22/11", "20", "22"), sent(link));
    }

    private void read(HandshakeLink link, byte[] datagram) throws IOException {
        assertNull(link.offer(ByteBuffer.wrap(datagram), 0, datagram.length));
        assertEquals(datagram.length, link.receive(received, 0, received.length, 1));
    }

    private static void send(HandshakeLink link, byte[] record) throws IOException {
        link.send(record, 0, record.length);
    }

    /** Record types in the order sent, with the message type where it is in the clear. */
    private static List<String> sent(HandshakeLink link) {
        List<String> records = new ArrayList<>();
        for (@Nullable ByteBuffer datagram = link.poll(0); datagram != null; datagram = link.poll(0)) {
            for (int at = 0; at < datagram.limit(); at += 13 + datagram.getShort(at + 11)) {
                boolean readable = datagram.get(at) == HANDSHAKE && datagram.getShort(at + 3) == 0;
                records.add(datagram.get(at) + (readable ? "/" + datagram.get(at + 13) : ""));
            }
        }
        return records;
    }

    /** RFC 6347 §4.1, §4.2.2: one record with one whole message of 8 bytes, or with 1 byte where {@code message} is -1. */
    private static byte[] record(int type, int epoch, int message, int sequence) {
        int body = message < 0 ? 1 : 12 + 8;
        ByteBuffer record = ByteBuffer.allocate(13 + body);
        record.put(0, (byte) type)
                .putShort(1, (short) 0xFEFD)
                .putShort(3, (short) epoch)
                .putShort(11, (short) body);
        if (message >= 0) {
            record.put(13, (byte) message)
                    .put(16, (byte) 8)
                    .putShort(17, (short) sequence)
                    .put(24, (byte) 8);
        }
        return record.array();
    }
}
