package io.spillway.sfu.srtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.spillway.sfu.srtp.openssl.OpenSslSrtp;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Bytes allocated a packet once warm. */
class SrtpAllocationTest {

    private static final int WARM_UP = 30_000;
    private static final int MEASURED = 10_000;

    /** The JVM links a class late, and compiles late on a busy machine; what allocates a packet shows in every round. */
    private static final int ROUNDS = 100;

    private final ByteBuffer head = ByteBuffer.allocate(64);
    private final ByteBuffer payload = ByteBuffer.allocateDirect(1200);
    private final ByteBuffer sealed = ByteBuffer.allocateDirect(2048);
    private final ByteBuffer opened = ByteBuffer.allocateDirect(2048);
    private final ByteBuffer report = ByteBuffer.allocate(64);

    @Test
    void shouldAllocateNothingAPacketWithOpenSsl() {
        Optional<OpenSslSrtp> provider = OpenSslSrtp.load();
        assertTrue(provider.isPresent(), "libcrypto is missing: install libssl3, or what your system calls OpenSSL 3");
        for (SrtpProfile profile : SrtpProfile.values()) {
            assertEquals(0, bytesAllocated(provider.get(), profile), profile.name());
        }
    }

    private long bytesAllocated(SrtpProvider provider, SrtpProfile profile) {
        SrtpKeys keys = Providers.keys(profile, new Random(1));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (SrtpSender sender = new SrtpSender(provider, keys);
                SrtpReceiver receiver = new SrtpReceiver(provider, keys)) {
            head.put(0, (byte) 0x80).putInt(8, 7);
            report.put(0, (byte) 0x80).put(1, (byte) 200).putInt(4, 7);
            int sequence = 0;
            while (sequence < WARM_UP) {
                exchange(sender, receiver, sequence++);
            }
            long least = Long.MAX_VALUE;
            for (int round = 0; round < ROUNDS && least > 0; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < MEASURED; i++) {
                    exchange(sender, receiver, sequence++);
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            return least;
        }
    }

    private void exchange(SrtpSender sender, SrtpReceiver receiver, int i) {
        head.putShort(2, (short) i);
        int length = sender.protectRtp(head, 20, 12, payload, 0, 1180, sealed, 0);
        if (Refusal.is(receiver.unprotectRtp(sealed, 0, length, opened))) {
            throw new AssertionError("refused");
        }
        int control = sender.protectRtcp(report, 0, 28, sealed, 0);
        if (Refusal.is(receiver.unprotectRtcp(sealed, 0, control, opened))) {
            throw new AssertionError("refused");
        }
    }
}
