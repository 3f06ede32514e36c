package io.spillway.sfu.srtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.DropReason;
import io.spillway.testkit.Hex;
import io.spillway.testkit.Seeds;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;

/** Every provider against every other, on random packets in every kind of buffer. */
class SrtpCrossCheckTest {

    private static final int HEADROOM = 7;

    @Seeds(10)
    void shouldReadWhatAnotherMade(long seed) {
        Random random = new Random(seed);
        List<SrtpProvider> providers = Providers.all();
        for (SrtpProfile profile : SrtpProfile.values()) {
            for (SrtpProvider making : providers) {
                for (SrtpProvider reading : providers) {
                    SrtpKeys keys = Providers.keys(profile, random);
                    try (SrtpSender sender = new SrtpSender(making, keys);
                            SrtpReceiver receiver = new SrtpReceiver(reading, keys)) {
                        String who = profile + ": " + making.name() + " to " + reading.name();
                        exchangeRtp(who, random, sender, receiver);
                        exchangeRtcp(who, random, sender, receiver);
                    }
                }
            }
        }
    }

    private static void exchangeRtp(String who, Random random, SrtpSender sender, SrtpReceiver receiver) {
        int sequence = random.nextInt(65536);
        ByteBuffer head = allocate(random, 400);
        ByteBuffer payload = allocate(random, 2048);
        ByteBuffer sealed = allocate(random, 2048);
        ByteBuffer opened = allocate(random, 2048);
        for (int i = 0; i < 60; i++) {
            // Some leaps, so that the rollover counter moves while the test runs.
            sequence = (sequence + 1 + (random.nextInt(4) == 0 ? random.nextInt(6_000) : 0)) & 0xFFFF;
            int headerLength = header(random, head, sequence, random.nextInt(3));
            int rewritten = random.nextInt(8);
            for (int b = 0; b < rewritten; b++) {
                head.put(headerLength + b, (byte) random.nextInt());
            }
            int payloadOffset = random.nextInt(100);
            int payloadLength = random.nextInt(1200);
            fill(random, payload);
            byte[] plain = new byte[headerLength + rewritten + payloadLength];
            head.get(0, plain, 0, headerLength + rewritten);
            payload.get(payloadOffset, plain, headerLength + rewritten, payloadLength);

            int length = sender.protectRtp(
                    head,
                    headerLength + rewritten,
                    headerLength,
                    payload,
                    payloadOffset,
                    payloadLength,
                    sealed,
                    HEADROOM);
            // The first arrives, or the receiver could miss the sender's first rollover.
            if (i > 0 && random.nextInt(4) == 0) {
                int at = HEADROOM + random.nextInt(length);
                sealed.put(at, (byte) (sealed.get(at) ^ (1 << random.nextInt(8))));
                int refused = receiver.unprotectRtp(sealed, HEADROOM, length, opened);
                assertTrue(Refusal.is(refused), who + " took a changed packet");
                continue;
            }
            int n = receiver.unprotectRtp(sealed, HEADROOM, length, opened);
            assertEquals(plain.length, n, who);
            assertEquals(Hex.text(plain), Hex.text(opened, 0, n), who);
            int again = receiver.unprotectRtp(sealed, HEADROOM, length, opened);
            assertEquals(DropReason.SRTP_REPLAY, Refusal.reason(again), who);
        }
    }

    private static void exchangeRtcp(String who, Random random, SrtpSender sender, SrtpReceiver receiver) {
        ByteBuffer sealed = allocate(random, 2048);
        ByteBuffer opened = allocate(random, 2048);
        ByteBuffer packet = allocate(random, 1600);
        for (int i = 0; i < 30; i++) {
            fill(random, packet);
            int length = 8 + 4 * random.nextInt(300);
            packet.put(0, (byte) 0x81).put(1, (byte) 200).putInt(4, 42);
            int n = sender.protectRtcp(packet, 0, length, sealed, HEADROOM);
            int plain = receiver.unprotectRtcp(sealed, HEADROOM, n, opened);
            assertEquals(length, plain, who);
            assertEquals(Hex.text(packet, 0, length), Hex.text(opened, 0, plain), who);
            int again = receiver.unprotectRtcp(sealed, HEADROOM, n, opened);
            assertEquals(DropReason.SRTP_REPLAY, Refusal.reason(again), who);
            sealed.put(HEADROOM + n - 12, (byte) ~sealed.get(HEADROOM + n - 12));
            assertTrue(Refusal.is(receiver.unprotectRtcp(sealed, HEADROOM, n, opened)), who);
        }
    }

    private static int header(Random random, ByteBuffer head, int sequence, int csrcs) {
        boolean extended = random.nextBoolean();
        head.put(0, (byte) (0x80 | (extended ? 0x10 : 0) | csrcs)).put(1, (byte) 96);
        head.putShort(2, (short) sequence).putInt(4, random.nextInt()).putInt(8, 0xCAFEBABE);
        int length = 12 + 4 * csrcs;
        if (extended) {
            int words = random.nextInt(10);
            head.putShort(length, (short) 0xBEDE).putShort(length + 2, (short) words);
            length += 4 + 4 * words;
        }
        return length;
    }

    private static ByteBuffer allocate(Random random, int bytes) {
        return random.nextBoolean() ? ByteBuffer.allocate(bytes) : ByteBuffer.allocateDirect(bytes);
    }

    private static void fill(Random random, ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.capacity()];
        random.nextBytes(bytes);
        buffer.put(0, bytes);
    }
}
