package io.spillway.sfu.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.dtls.bc.LongHelloIdentity;
import io.spillway.testkit.Seeds;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Hellos longer than one datagram, as browsers send them that offer post-quantum key shares. */
class FragmentedHelloTest {

    private static final int RECORD_HEADER = 13;
    private static final int MESSAGE_HEADER = 12;
    private static final int CLIENT_HELLO = 1;

    private static World.Setup longHello() {
        World.Setup setup = new World.Setup();
        setup.clientIdentity = new LongHelloIdentity(World.CLIENT_IDENTITY);
        return setup;
    }

    @Test
    void shouldTakeAHelloOfTwoDatagrams() {
        World world = new World(1);
        List<Integer> hellos = new ArrayList<>();
        world.net.filter((from, to, datagram) -> {
            if (isHello(datagram)) {
                hellos.add(datagram.limit());
            }
            return datagram;
        });
        World.Session session = world.joinConnected(longHello());
        assertEquals(2, hellos.size(), "the hello does not fit one datagram: " + hellos);
        session.clientSends(1, 1);
        world.net.advanceMs(20);
        assertEquals(1, session.serverRtp.size());
    }

    @Test
    void shouldTakeTheSecondHalfFirst() {
        World world = new World(1);
        List<ByteBuffer> held = new ArrayList<>();
        world.net.filter((from, to, datagram) -> {
            if (isHello(datagram) && held.isEmpty()) {
                held.add(datagram);
                return null;
            }
            return datagram;
        });
        World.Session session = world.join(longHello());
        world.net.runUntil(() -> !held.isEmpty(), 1_000);
        world.net.advanceMs(30);
        world.inject(World.CLIENT, held.getFirst());
        assertTrue(world.net.runUntil(session::bothConnected, 100), "well before anything is sent again");
    }

    @Seeds(20)
    void shouldTakeFragmentsInAnyOrderWithSomeTwice(long seed) {
        Random random = new Random(seed);
        World world = new World(seed);
        int fragmentBytes = 50 + random.nextInt(400);
        int[] next = {0};
        world.net.filter((from, to, datagram) -> {
            if (!to.equals(World.SERVER) || !isPlainRecord(datagram)) {
                return datagram;
            }
            List<ByteBuffer> pieces = refragment(datagram, fragmentBytes, next);
            pieces.add(pieces.get(random.nextInt(pieces.size())));
            Collections.shuffle(pieces, random);
            for (ByteBuffer piece : pieces) {
                world.inject(World.CLIENT, piece);
            }
            return null;
        });
        World.Session session = world.join(longHello());
        assertTrue(world.net.runUntil(session::bothConnected, 10_000), () -> world.refused.toString());
    }

    private static boolean isPlainRecord(ByteBuffer datagram) {
        return datagram.get(0) >= 20 && datagram.get(0) <= 23 && datagram.getShort(3) == 0;
    }

    private static boolean isHello(ByteBuffer datagram) {
        return isPlainRecord(datagram) && datagram.get(0) == 22 && datagram.get(RECORD_HEADER) == CLIENT_HELLO;
    }

    /** Each record of the datagram on its own; handshake messages in fragments, plain records numbered on. */
    private static List<ByteBuffer> refragment(ByteBuffer datagram, int fragmentBytes, int[] next) {
        List<ByteBuffer> pieces = new ArrayList<>();
        for (int at = 0; at < datagram.limit(); ) {
            int length = datagram.getShort(at + 11) & 0xFFFF;
            byte[] record = World.bytes(datagram, at, RECORD_HEADER + length);
            at += record.length;
            ByteBuffer in = ByteBuffer.wrap(record);
            if (in.get(0) != 22 || in.getShort(3) != 0) {
                pieces.add(in.getShort(3) == 0 ? in.putInt(7, next[0]++) : in);
                continue;
            }
            int offset = in.getInt(RECORD_HEADER + 5) & 0xFFFFFF;
            int total = in.getInt(RECORD_HEADER + 8) & 0xFFFFFF;
            for (int done = 0; done == 0 || done < total; done += fragmentBytes) {
                int n = Math.min(fragmentBytes, total - done);
                ByteBuffer out = ByteBuffer.allocate(RECORD_HEADER + MESSAGE_HEADER + n);
                out.put(0, in, 0, RECORD_HEADER + MESSAGE_HEADER);
                out.putShort(11, (short) (MESSAGE_HEADER + n));
                putUint24(out, RECORD_HEADER + 6, offset + done);
                putUint24(out, RECORD_HEADER + 9, n);
                out.put(RECORD_HEADER + MESSAGE_HEADER, in, RECORD_HEADER + MESSAGE_HEADER + done, n);
                pieces.add(out.putInt(7, next[0]++));
            }
        }
        return pieces;
    }

    private static void putUint24(ByteBuffer out, int at, int value) {
        out.put(at, (byte) (value >>> 16)).putShort(at + 1, (short) value);
    }
}
