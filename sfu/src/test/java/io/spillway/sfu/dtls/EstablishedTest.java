package io.spillway.sfu.dtls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.DropReason;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What may still come once a handshake is done. That bctls seals and opens the same records, {@code LastFlightTest} shows. */
class EstablishedTest {

    private static final int CHANGE_CIPHER_SPEC = 20;
    private static final int ALERT = 21;
    private static final int HANDSHAKE = 22;
    private static final int DATA = 23;
    private static final byte[] FINISHED = {20, 0, 0, 12, 0, 5, 0, 0, 0, 0, 0, 12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
    };

    private final RecordKey server = key(1, 16);
    private final RecordKey client = key(2, 16);
    private final List<byte[]> sent = new ArrayList<>();

    private static RecordKey key(int seed, int bytes) {
        byte[] key = new byte[bytes];
        byte[] nonce = new byte[RecordKey.FIXED_NONCE_BYTES];
        Random random = new Random(seed);
        random.nextBytes(key);
        random.nextBytes(nonce);
        return new RecordKey(key, nonce);
    }

    private Established established(boolean ourFlightWasLast) {
        ByteBuffer finished = ByteBuffer.wrap(server.seal(HANDSHAKE, 6, FINISHED));
        return new Established(server, client, 4, 7, ourFlightWasLast ? finished : null);
    }

    private @Nullable DropReason receive(Established at, byte[] datagram) {
        return at.receive(ByteBuffer.wrap(datagram), 0, datagram.length, (buffer, offset, length) -> {
            byte[] copy = new byte[length];
            buffer.get(offset, copy);
            sent.add(copy);
        });
    }

    @Test
    void shouldOpenWhatIsSealedAndNothingElse() {
        for (int bytes : new int[] {16, 32}) {
            RecordKey key = key(3, bytes);
            byte[] record = key.seal(DATA, 9, new byte[] {1, 2, 3});
            assertArrayEquals(new byte[] {1, 2, 3}, key.open(ByteBuffer.wrap(record), 0));
            for (int i = 0; i < record.length; i++) {
                byte[] forged = record.clone();
                forged[i] ^= 1;
                // Of the version and the length, the record's own layer takes care.
                if (i != 1 && i != 2 && i != 11 && i != 12) {
                    assertNull(key.open(ByteBuffer.wrap(forged), 0), "byte " + i);
                }
            }
        }
    }

    @Test
    void shouldEndByAnAuthenticGoodbyeOrFatalAlertAndByNoOther() {
        record Row(String what, int type, List<Integer> says, boolean ends) {}
        for (Row row : List.of(
                new Row("close_notify", ALERT, List.of(1, 0), true),
                new Row("fatal", ALERT, List.of(2, 80), true),
                new Row("warning", ALERT, List.of(1, 90), false),
                new Row("too short", ALERT, List.of(1), false),
                new Row("data", DATA, List.of(1, 0), false))) {
            byte[] plain = new byte[row.says.size()];
            for (int i = 0; i < plain.length; i++) {
                plain[i] = row.says.get(i).byteValue();
            }
            Established at = established(true);
            assertNull(receive(at, server.seal(row.type, 1, plain)), "ours, sent back");
            assertFalse(at.isEnded(), "ours, sent back");
            assertNull(receive(at, client.seal(row.type, 1, plain)), row.what);
            assertEquals(row.ends, at.isEnded(), row.what);
        }
        assertEquals(List.of(), sent);
    }

    @Test
    void shouldRepeatItsLastFlightForEachNewFinishedAndNoOldOne() {
        Established at = established(true);
        byte[] first = client.seal(HANDSHAKE, 3, FINISHED);
        receive(at, first);
        receive(at, first);
        receive(at, client.seal(HANDSHAKE, 2, FINISHED));
        receive(at, client.seal(HANDSHAKE, 4, FINISHED));
        assertEquals(2, sent.size(), "a record that came before, and one older than it, are passed over");
        for (int i = 0; i < 2; i++) {
            ByteBuffer flight = ByteBuffer.wrap(sent.get(i));
            assertEquals(CHANGE_CIPHER_SPEC, flight.get(0));
            assertEquals(4 + i, flight.getLong(3));
            assertEquals((1L << 48) + 7 + i, flight.getLong(14 + 3));
            assertArrayEquals(FINISHED, server.open(flight, 14));
        }
        assertFalse(at.isEnded());
    }

    @Test
    void shouldRepeatNothingWhereTheLastFlightWasThePeers() {
        receive(established(false), client.seal(HANDSHAKE, 3, FINISHED));
        assertEquals(List.of(), sent);
    }

    @Test
    void shouldTakeAnyBytes() {
        Random random = new Random(7);
        Established at = established(true);
        byte[] real = client.seal(DATA, 5, new byte[20]);
        int malformed = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = random.nextBoolean() ? real.clone() : new byte[random.nextInt(60)];
            if (bytes.length == real.length) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            } else {
                random.nextBytes(bytes);
            }
            malformed += receive(at, bytes) == DropReason.MALFORMED_DTLS ? 1 : 0;
        }
        assertTrue(malformed > 5_000);
        assertFalse(at.isEnded());
        assertEquals(List.of(), sent);
    }
}
