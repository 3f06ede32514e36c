package io.spillway.sfu.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.memory.Poison;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What a loop's sessions share holds nothing of one when the next has its turn. */
class LentBytesTest {

    private final World world = new World(1);
    private final World.Session session = world.joinConnected(new World.Setup());

    @Test
    void shouldSpoilDecryptedMediaAndReports() {
        ByteBuffer plain = world.buffers.plain;
        session.clientSends(1, 1);
        world.net.advanceMs(100);
        assertEquals(1, session.serverRtp.size());
        assertTrue(Poison.isOver(plain, 0, plain.capacity()));

        plain.put(0, new byte[plain.capacity()]);
        ByteBuffer report = ByteBuffer.allocate(8).putInt(0, 0x80C9_0001).putInt(4, 1);
        session.peer.sendRtcp(report, 8, world.net.nowNs());
        world.net.advanceMs(100);
        assertEquals(1, session.serverRtcp.size());
        assertTrue(Poison.isOver(plain, 0, plain.capacity()));
    }

    @Test
    void shouldSpoilTheAnswerToACheck() {
        ByteBuffer answer = world.buffers.stunAnswer.buffer();
        session.peer.check();
        world.net.advanceMs(100);
        assertTrue(Poison.isOver(answer, 0, 64));
    }
}
