package io.spillway.sfu.ice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Hex;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.ice4j.Transport;
import org.ice4j.TransportAddress;
import org.ice4j.attribute.Attribute;
import org.ice4j.attribute.ErrorCodeAttribute;
import org.ice4j.attribute.MessageIntegrityAttribute;
import org.ice4j.attribute.PriorityAttribute;
import org.ice4j.attribute.UsernameAttribute;
import org.ice4j.attribute.XorMappedAddressAttribute;
import org.ice4j.message.Message;
import org.junit.jupiter.api.Test;

/** Our messages as ice4j reads them. */
class StunInteropTest {

    private static final byte[] TRANSACTION_ID = Hex.bytes("0102030405060708090a0b0c");

    private final StunKey key = new StunKey("a password of some length");
    private final StunWriter writer = new StunWriter();

    private byte[] written(int length) {
        byte[] bytes = new byte[length];
        writer.buffer().get(0, bytes);
        return bytes;
    }

    private static Message decoded(byte[] bytes) throws Exception {
        // Reading checks the FINGERPRINT too.
        Message message = Message.decode(bytes, 0, bytes.length);
        assertArrayEquals(TRANSACTION_ID, message.getTransactionID());
        assertNotNull(message.getAttribute(Attribute.FINGERPRINT));
        byte[] signed = Arrays.copyOf(bytes, bytes.length - 8);
        ByteBuffer.wrap(signed).putShort(2, (short) (signed.length - 20));
        byte[] hmac = MessageIntegrityAttribute.calculateHmacSha1(
                signed, 0, signed.length - 24, "a password of some length".getBytes(StandardCharsets.UTF_8));
        MessageIntegrityAttribute integrity =
                (MessageIntegrityAttribute) message.getAttribute(Attribute.MESSAGE_INTEGRITY);
        assertArrayEquals(hmac, integrity.getHmacSha1Content());
        return message;
    }

    @Test
    void shouldWriteAnswersThatItReads() throws Exception {
        for (InetSocketAddress address : new InetSocketAddress[] {
            new InetSocketAddress("198.51.100.7", 40_000), new InetSocketAddress("2001:db8::1:7", 65_535)
        }) {
            int length = writer.begin(Stun.BINDING_SUCCESS, TRANSACTION_ID)
                    .xorMappedAddress(address)
                    .finish(key);
            Message message = decoded(written(length));
            assertEquals(Message.BINDING_SUCCESS_RESPONSE, message.getMessageType());
            XorMappedAddressAttribute mapped =
                    (XorMappedAddressAttribute) message.getAttribute(Attribute.XOR_MAPPED_ADDRESS);
            assertEquals(new TransportAddress(address, Transport.UDP), mapped.getAddress(TRANSACTION_ID));
        }
    }

    @Test
    void shouldWriteErrorsThatItReads() throws Exception {
        int length = writer.begin(Stun.BINDING_ERROR, TRANSACTION_ID)
                .errorCode(Stun.ROLE_CONFLICT_ERROR)
                .finish(key);
        Message message = decoded(written(length));
        assertEquals(Message.BINDING_ERROR_RESPONSE, message.getMessageType());
        ErrorCodeAttribute error = (ErrorCodeAttribute) message.getAttribute(Attribute.ERROR_CODE);
        assertEquals(487, error.getErrorCode());
    }

    @Test
    void shouldWriteChecksThatItReads() throws Exception {
        int length = writer.request(TRANSACTION_ID)
                .username("server:client")
                .priority(0x6e0001ff)
                .controlling(0x1122334455667788L)
                .useCandidate()
                .finish(key);
        Message message = decoded(written(length));
        assertEquals(Message.BINDING_REQUEST, message.getMessageType());
        UsernameAttribute username = (UsernameAttribute) message.getAttribute(Attribute.USERNAME);
        assertArrayEquals("server:client".getBytes(StandardCharsets.UTF_8), username.getUsername());
        PriorityAttribute priority = (PriorityAttribute) message.getAttribute(Attribute.PRIORITY);
        assertEquals(0x6e0001ff, priority.getPriority());
        assertTrue(message.containsAttribute(Attribute.USE_CANDIDATE));
        assertTrue(message.containsAttribute(Attribute.ICE_CONTROLLING));
    }
}
