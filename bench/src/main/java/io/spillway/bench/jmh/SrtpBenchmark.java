package io.spillway.bench.jmh;

import io.spillway.sfu.srtp.SrtpKeys;
import io.spillway.sfu.srtp.SrtpProfile;
import io.spillway.sfu.srtp.SrtpProvider;
import io.spillway.sfu.srtp.SrtpReceiver;
import io.spillway.sfu.srtp.SrtpSender;
import io.spillway.sfu.srtp.jitsi.JitsiSrtp;
import io.spillway.sfu.srtp.openssl.OpenSslSrtp;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Protecting and unprotecting 1200-byte packets, one after another of 200 contexts, as a fan-out does. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SrtpBenchmark {

    private static final int CONTEXTS = 200;
    private static final int HEADER_BYTES = 12;
    private static final int PAYLOAD_BYTES = 1_188;
    private static final int SEALED_PACKETS = 1_000;
    private static final int SLOT_BYTES = 1_280;

    @Param({"openssl", "jitsi"})
    public String provider = "";

    @Param({"AEAD_AES_128_GCM", "AES128_CM_SHA1_80"})
    public SrtpProfile profile = SrtpProfile.AEAD_AES_128_GCM;

    private final ByteBuffer head = ByteBuffer.allocateDirect(HEADER_BYTES).put(0, (byte) 0x80);
    private final ByteBuffer payload = ByteBuffer.allocateDirect(PAYLOAD_BYTES);
    private final ByteBuffer out = ByteBuffer.allocateDirect(SLOT_BYTES);
    private final ByteBuffer sealed = ByteBuffer.allocateDirect(SEALED_PACKETS * SLOT_BYTES);
    private final ByteBuffer plain = ByteBuffer.allocateDirect(2_048);
    private final SrtpSender[] senders = new SrtpSender[CONTEXTS];
    private int sealedLength;
    private SrtpProvider srtp = new JitsiSrtp();
    private SrtpKeys keys = new SrtpKeys(profile, new byte[SrtpProfile.KEY_BYTES], new byte[profile.saltBytes()]);
    private SrtpReceiver receiver = new SrtpReceiver(srtp, keys);
    private int sequence;
    private int next;
    private int opened;

    @Setup
    public void prepare() {
        srtp = provider.equals("jitsi")
                ? new JitsiSrtp()
                : OpenSslSrtp.load().orElseThrow(() -> new IllegalStateException("libcrypto is not on this machine"));
        keys = new SrtpKeys(profile, new byte[SrtpProfile.KEY_BYTES], new byte[profile.saltBytes()]);
        for (int i = 0; i < CONTEXTS; i++) {
            senders[i] = new SrtpSender(srtp, keys);
        }
        head.putInt(8, 1);
        SrtpSender sender = new SrtpSender(srtp, keys);
        for (int i = 0; i < SEALED_PACKETS; i++) {
            head.putShort(2, (short) i);
            sealedLength = sender.protectRtp(
                    head, HEADER_BYTES, HEADER_BYTES, payload, 0, PAYLOAD_BYTES, sealed, i * SLOT_BYTES);
        }
        opened = SEALED_PACKETS;
    }

    @Benchmark
    public int protect() {
        if (next == CONTEXTS) {
            next = 0;
            sequence++;
        }
        head.putShort(2, (short) sequence);
        return senders[next++].protectRtp(head, HEADER_BYTES, HEADER_BYTES, payload, 0, PAYLOAD_BYTES, out, 0);
    }

    /** A receiver takes each number once: after a thousand packets there is a new one, whose keys cost little beside them. */
    @Benchmark
    public int unprotect() {
        if (opened == SEALED_PACKETS) {
            opened = 0;
            receiver.close();
            receiver = new SrtpReceiver(srtp, keys);
        }
        return receiver.unprotectRtp(sealed, SLOT_BYTES * opened++, sealedLength, plain);
    }
}
