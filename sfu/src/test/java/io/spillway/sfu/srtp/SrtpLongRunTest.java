package io.spillway.sfu.srtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Hex;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * As many rollovers of the sequence number as a day of 1080p has, with loss and reordering over each: sender and receiver agree on the index, and no
 * nonce is ever used for two packets (RFC 3711 §3.3.1, RFC 7714 §8.1). Every packet has the same header but for its number and the same payload, so
 * a repeated nonce would show as a repeated ciphertext.
 */
class SrtpLongRunTest {

    /** 24 h at 700 packets a second are 923. */
    private static final int ROLLOVERS = 930;

    private static final int CYCLE = 65_536;

    /** Sent one by one before and after each wrap; the rest of a cycle is crossed in strides. */
    private static final int NEAR = 12;

    /** Below half a cycle, as an outage of the network that is shorter than that. */
    private static final int STRIDE = 30_000;

    private static final int PAYLOAD_BYTES = 32;
    private static final int SSRC = 0x5EED;

    private static final long LAST = (long) ROLLOVERS * CYCLE + NEAR;

    /** Reordering takes a packet past so many at most. */
    private static final int MAX_IN_FLIGHT = 8;

    private final ByteBuffer head = ByteBuffer.allocateDirect(12);
    private final ByteBuffer payload = ByteBuffer.allocateDirect(PAYLOAD_BYTES);
    private final ByteBuffer opened = ByteBuffer.allocateDirect(2048);

    private record Sealed(long index, ByteBuffer bytes) {}

    @TestFactory
    Stream<DynamicTest> shouldAgreeOnEveryIndexAndRepeatNoNonceForADay() {
        List<DynamicTest> tests = new ArrayList<>();
        for (SrtpProfile profile : SrtpProfile.values()) {
            for (SrtpProvider sending : Providers.all()) {
                for (SrtpProvider receiving : Providers.all()) {
                    String name = profile + " by " + sending.name() + " to " + receiving.name();
                    tests.add(DynamicTest.dynamicTest(name, () -> run(profile, sending, receiving)));
                }
            }
        }
        return tests.stream();
    }

    private void run(SrtpProfile profile, SrtpProvider sending, SrtpProvider receiving) {
        Random random = new Random(24);
        SrtpKeys keys = Providers.keys(profile, random);
        Set<String> ciphertexts = new HashSet<>();
        List<Sealed> inFlight = new ArrayList<>();
        ArrayDeque<Sealed> history = new ArrayDeque<>();
        int sent = 0;
        int received = 0;
        try (SrtpSender sender = new SrtpSender(sending, keys);
                SrtpReceiver receiver = new SrtpReceiver(receiving, keys)) {
            for (long index = CYCLE - NEAR; index < LAST; index = next(index)) {
                Sealed sealed = new Sealed(index, seal(sender, index));
                sent++;
                assertTrue(ciphertexts.add(ciphertext(sealed)), () -> "nonce used before: " + sealed.index());
                boolean near = next(index) == index + 1;
                if (!near || sent == 1 || random.nextInt(8) > 0) {
                    inFlight.add(sealed);
                }
                while (inFlight.size() > (near && sent > 1 ? random.nextInt(MAX_IN_FLIGHT) : 0)) {
                    take(receiver, inFlight.remove(random.nextInt(inFlight.size())));
                    received++;
                }
                history.add(sealed);
                if (history.size() > NEAR) {
                    // Sent again, maybe over the wrap: with the index it had, so the same bytes.
                    Sealed again = history.removeFirst();
                    if (index - again.index() < 2 * NEAR) {
                        assertEquals(again.bytes(), seal(sender, again.index()), () -> "resent " + again.index());
                    }
                }
            }
        }
        assertTrue(received > sent * 0.8 && received < sent, received + " of " + sent);
    }

    private static long next(long index) {
        long toWrap = CYCLE - index % CYCLE;
        long sinceWrap = index % CYCLE;
        if (sinceWrap < NEAR || toWrap <= NEAR) {
            return index + 1;
        }
        return Math.min(index + STRIDE, index + toWrap - NEAR);
    }

    private ByteBuffer seal(SrtpSender sender, long index) {
        head.put(0, (byte) 0x80).put(1, (byte) 96).putShort(2, (short) index).putInt(8, SSRC);
        ByteBuffer out = ByteBuffer.allocate(12 + PAYLOAD_BYTES + SrtpProfile.MAX_OVERHEAD_BYTES);
        int length = sender.protectRtp(head, 12, 12, payload, 0, PAYLOAD_BYTES, out, 0);
        return out.limit(length);
    }

    /** The encrypted payload without header and tag: a function of key and nonce alone. */
    private static String ciphertext(Sealed sealed) {
        return Hex.text(sealed.bytes(), 12, PAYLOAD_BYTES);
    }

    private void take(SrtpReceiver receiver, Sealed sealed) {
        int plain = receiver.unprotectRtp(sealed.bytes(), 0, sealed.bytes().limit(), opened);
        assertEquals(12 + PAYLOAD_BYTES, plain, () -> "index " + sealed.index() + ": " + Refusal.reason(plain));
        assertEquals((short) sealed.index(), opened.getShort(2));
    }
}
