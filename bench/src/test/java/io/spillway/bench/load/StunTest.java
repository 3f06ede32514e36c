package io.spillway.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.ice.StunKey;
import io.spillway.sfu.ice.StunMessage;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Our messages, read by the server's own reader. */
class StunTest {

    private static final String PASSWORD = "a-password-of-22-chars";

    private final Stun stun = new Stun();
    private final StunMessage message = new StunMessage();

    @Test
    void shouldWriteChecksThatAServerTakes() {
        int length = stun.check(1, "server:client", 0x7E0000FF, 42, Stun.key(PASSWORD));
        assertTrue(message.wrap(stun.buffer(), 0, length));
        assertTrue(message.isBindingRequest());
        assertEquals("server", message.receiverUfrag());
        assertTrue(message.hasUseCandidate());
        assertTrue(new StunKey(PASSWORD).signed(message));
        assertFalse(new StunKey("another").signed(message));
        assertTrue(Stun.isRequest(stun.buffer(), 0, length));
    }

    @Test
    void shouldAnswerAPeersChecksWithItsAddress() {
        int length = stun.check(7, "us:them", 1, 2, Stun.key(PASSWORD));
        ByteBuffer request = ByteBuffer.allocate(length).put(0, stun.buffer(), 0, length);
        int answered = stun.answer(request, 0, 0x7F400102, 4_000, Stun.key(PASSWORD));
        assertTrue(message.wrap(stun.buffer(), 0, answered));
        assertTrue(message.isBindingSuccess());
        assertEquals(new InetSocketAddress(LoadConfig.address("127.64.1.2"), 4_000), message.mappedAddress());
        assertTrue(new StunKey(PASSWORD).signed(message));
        assertTrue(Stun.isSuccess(stun.buffer(), 0, answered));
    }
}
