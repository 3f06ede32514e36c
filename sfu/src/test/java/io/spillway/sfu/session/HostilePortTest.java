package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.DropReason;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.srtp.jitsi.JitsiSrtp;
import io.spillway.testkit.Seeds;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Strangers at the media port while a stream plays. */
class HostilePortTest {

    private static final InetSocketAddress STRANGER = new InetSocketAddress("203.0.113.9", 5000);

    @Seeds(5)
    void shouldPlayOnThroughRandomSpoiltAndRepeatedDatagrams(long seed) throws Rejected {
        World world = new World(seed);
        List<byte[]> real = new ArrayList<>();
        world.net.filter((from, to, datagram) -> {
            if (to.equals(World.SERVER) && real.size() < 2000) {
                byte[] copy = new byte[datagram.remaining()];
                datagram.get(datagram.position(), copy);
                real.add(copy);
            }
            return datagram;
        });
        Client publisher = world.publisher();
        world.play(publisher, 10, 1000);
        Client viewer = world.viewer();
        Random random = new Random(seed);
        for (int frame = 0; frame < 200; frame++) {
            for (int i = 0; i < 50; i++) {
                // From nobody, and from the addresses of those who are connected: anyone can forge those.
                InetSocketAddress from = switch (random.nextInt(3)) {
                    case 0 -> STRANGER;
                    case 1 -> publisher.address();
                    default -> viewer.address();
                };
                ByteBuffer datagram = spoilt(real, random);
                world.datagram(datagram, from);
            }
            world.play(publisher, 1, 1000);
        }

        assertEquals(0, world.counter("defects", ""), "no broken invariant");
        SessionTest.assertContinuous(viewer);
        assertEquals(210, viewer.received().size());
        for (DropReason expected : List.of(
                DropReason.UNKNOWN_PROTOCOL,
                DropReason.MALFORMED_STUN,
                DropReason.DTLS_BEFORE_ICE,
                DropReason.UNKNOWN_ADDRESS,
                DropReason.SRTP_AUTH,
                DropReason.SRTP_REPLAY)) {
            assertTrue(world.dropped(expected) > 0, "counted: " + expected);
        }
    }

    @Test
    void shouldForgetTenThousandHalfOpenSessionsAndPlayOn() throws Rejected {
        World world = new World(1, World.settings(true, 10_002, 10_001), new JitsiSrtp(), 1);
        Client publisher = world.publisher();
        world.play(publisher, 10, 1000);
        Client viewer = world.viewer();
        for (int i = 0; i < 10_000; i++) {
            world.offer(false);
        }
        assertEquals(503, assertThrows(Rejected.class, () -> world.offer(false)).status());
        world.play(publisher, 30, 1000);
        for (int i = 0; i < 1000; i++) {
            world.play(publisher, 1, 1000);
        }

        assertEquals(10_000, world.counter("sessions_closed", "setup_timeout"));
        assertEquals(1, world.sfu.stream(World.LIVE).orElseThrow().viewers());
        SessionTest.assertContinuous(viewer);
        assertTrue(world.viewer().peer().isConnected(), "there is room again");
    }

    private static ByteBuffer spoilt(List<byte[]> real, Random random) {
        byte[] bytes;
        if (random.nextInt(4) == 0) {
            bytes = new byte[random.nextInt(1500)];
            random.nextBytes(bytes);
        } else {
            bytes = real.get(random.nextInt(real.size())).clone();
            if (random.nextBoolean()) {
                bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            }
            // An intact check is the one thing that must not come from elsewhere: it would move the session, as it
            // should (R2).
            boolean check = bytes.length > 0 && bytes[0] < 4 && bytes[0] >= 0;
            if (bytes.length > 0 && (check || random.nextBoolean())) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
        }
        ByteBuffer datagram = ByteBuffer.allocateDirect(Math.max(1, bytes.length));
        datagram.put(0, bytes);
        return datagram.limit(bytes.length);
    }
}
