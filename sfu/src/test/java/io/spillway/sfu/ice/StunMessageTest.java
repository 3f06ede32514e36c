package io.spillway.sfu.ice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Hex;
import io.spillway.testkit.Seeds;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StunMessageTest {

    /** RFC 5769 §2.1: password, request. */
    private static final String PASSWORD = "VOkJxbRl1RmTxUk/WvJxBt";

    private static final String REQUEST = """
            00010058 2112a442 b7e7a701 bc34d686 fa87dfae
            80220010 5354554e 20746573 7420636c 69656e74
            00240004 6e0001ff
            80290008 932ff9b1 51263b36
            00060009 6576746a 3a683676 59202020
            00080014 9aeaa70c bfd8cb56 781ef2b5 b2d3f249 c1b571a2
            80280004 e57a3bcf
            """;

    /** RFC 5769 §2.2. */
    private static final String RESPONSE_IPV4 = """
            0101003c 2112a442 b7e7a701 bc34d686 fa87dfae
            8022000b 74657374 20766563 746f7220
            00200008 0001a147 e112a643
            00080014 2b91f599 fd9e90c3 8c7489f9 2af9ba53 f06be7d7
            80280004 c07d4c96
            """;

    /** RFC 5769 §2.3. */
    private static final String RESPONSE_IPV6 = """
            01010048 2112a442 b7e7a701 bc34d686 fa87dfae
            8022000b 74657374 20766563 746f7220
            00200014 0002a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9
            00080014 a382954e 4be67bf1 1784c97c 8292c275 bfe3ed41
            80280004 c8fb0b4c
            """;

    private final StunMessage message = new StunMessage();

    private boolean wraps(ByteBuffer buffer) {
        return message.wrap(buffer, 0, buffer.limit());
    }

    @Test
    void shouldReadThePublishedRequest() {
        assertTrue(wraps(Hex.buffer(REQUEST)));
        assertTrue(message.isBindingRequest());
        assertTrue(message.hasFingerprint());
        assertTrue(message.hasControlled());
        assertFalse(message.hasUseCandidate());
        assertEquals("evtj", message.receiverUfrag());
        assertTrue(new StunKey(PASSWORD).signed(message));
        assertFalse(new StunKey(PASSWORD + "x").signed(message));
        assertEquals(0, message.unknownCount());
    }

    @Test
    void shouldReadThePublishedResponses() {
        assertTrue(wraps(Hex.buffer(RESPONSE_IPV4)));
        assertTrue(message.isBindingSuccess());
        assertTrue(new StunKey(PASSWORD).signed(message));
        assertEquals(new InetSocketAddress("192.0.2.1", 32853), message.mappedAddress());

        assertTrue(wraps(Hex.buffer(RESPONSE_IPV6)));
        assertTrue(new StunKey(PASSWORD).signed(message));
        assertEquals(new InetSocketAddress("2001:db8:1234:5678:11:2233:4455:6677", 32853), message.mappedAddress());
    }

    @Test
    void shouldReadAtAnyOffset() {
        byte[] request = Hex.bytes(REQUEST);
        ByteBuffer shifted = ByteBuffer.allocateDirect(request.length + 9).put(7, request);
        assertTrue(message.wrap(shifted, 7, request.length));
        assertTrue(new StunKey(PASSWORD).signed(message));
        assertEquals("evtj", message.receiverUfrag());
    }

    @Test
    void shouldRefuseWhatIsNotOneWholeMessage() {
        record Row(String what, String hex) {}
        String header = "2112a442 000000000000000000000000";
        Row[] rows = {
            new Row("empty", ""),
            new Row("shorter than a header", "0001 0000 2112a442 0000000000000000000000"),
            new Row("first bits set", "8001 0000" + header),
            new Row("RFC 3489 without cookie", "0001 0000 2112a443 000000000000000000000000"),
            new Row("length past the end", "0001 0004" + header),
            new Row("length short of the end", "0001 0000" + header + "8022 0000"),
            new Row("attribute header cut", "0001 0002" + header + "8022"),
            new Row("attribute past the end", "0001 0008" + header + "8022 0005 00000000"),
            new Row("padding past the end", "0001 0005" + header + "8022 0001 00"),
            new Row("use-candidate with a value", "0001 0008" + header + "0025 0004 00000000"),
            new Row("priority of 2 bytes", "0001 0008" + header + "0024 0002 00000000"),
            new Row("tie-breaker of 4 bytes", "0001 0008" + header + "802a 0004 00000000"),
            new Row("integrity of 4 bytes", "0001 0008" + header + "0008 0004 00000000"),
            new Row("mapped address of 12 bytes", "0001 0010" + header + "0020 000c 0001a147e112a64300000000"),
            new Row("wrong fingerprint", "0001 0008" + header + "8028 0004 00000000"),
            new Row("something after the fingerprint", REQUEST.replace("00010058", "0001005c") + "80220000"),
        };
        for (Row row : rows) {
            assertFalse(wraps(Hex.buffer(row.hex)), row.what);
        }
    }

    @Test
    void shouldTrustNothingBehindTheIntegrity() {
        byte[] transactionId = new byte[12];
        StunWriter writer = new StunWriter();
        int length = writer.request(transactionId)
                .username("us:them")
                .integrity(new StunKey(PASSWORD))
                .useCandidate()
                .controlled(1)
                .raw(0x7F00, new byte[4])
                .finish();
        assertTrue(message.wrap(writer.buffer(), 0, length));
        assertTrue(new StunKey(PASSWORD).signed(message));
        assertFalse(message.hasUseCandidate());
        assertFalse(message.hasControlled());
        assertEquals(0, message.unknownCount());
    }

    @Test
    void shouldTakeTheFirstOfTwo() {
        StunWriter writer = new StunWriter();
        int length = writer.request(new byte[12])
                .username("first:x")
                .username("second:x")
                .finish(new StunKey(PASSWORD));
        assertTrue(message.wrap(writer.buffer(), 0, length));
        assertEquals("first", message.receiverUfrag());
    }

    @Test
    void shouldHaveNoReceiverWithoutAColon() {
        StunWriter writer = new StunWriter();
        int length = writer.request(new byte[12]).username("nobody").finish(new StunKey(PASSWORD));
        assertTrue(message.wrap(writer.buffer(), 0, length));
        assertNull(message.receiverUfrag());
    }

    @Seeds(50)
    void shouldRefuseOrReadButNeverFailOnFlippedBits(long seed) {
        Random random = new Random(seed);
        StunKey key = new StunKey(PASSWORD);
        byte[] original = Hex.bytes(REQUEST);
        for (int round = 0; round < 200; round++) {
            byte[] changed = original.clone();
            changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
            int length = random.nextInt(8) == 0 ? random.nextInt(changed.length + 1) : changed.length;
            // FINGERPRINT covers every byte but itself, so any one flipped bit is noticed.
            assertFalse(message.wrap(ByteBuffer.wrap(changed), 0, length)
                    && key.signed(message)
                    && length < changed.length);
        }
    }

    @Seeds(20)
    void shouldReadAnyBytesWithoutFailing(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            byte[] bytes = new byte[random.nextInt(120)];
            random.nextBytes(bytes);
            if (bytes.length >= 20 && random.nextBoolean()) {
                ByteBuffer.wrap(bytes)
                        .putShort(0, (short) 1)
                        .putShort(2, (short) (bytes.length - 20))
                        .putInt(4, 0x2112A442);
            }
            StunFuzzTest.readAll(message, bytes);
        }
    }
}
