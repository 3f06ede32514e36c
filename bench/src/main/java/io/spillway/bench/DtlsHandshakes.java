package io.spillway.bench;

import com.sun.management.OperatingSystemMXBean;
import io.spillway.sfu.dtls.DtlsEngine;
import io.spillway.sfu.dtls.PinnedCertificate;
import io.spillway.sfu.dtls.bc.BcIdentity;
import io.spillway.sfu.dtls.openssl.P256;
import io.spillway.sfu.sdp.DtlsRole;
import io.spillway.sfu.srtp.SrtpProfile;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * CPU of a DTLS handshake as server and as client, from a JVM's first one on, both in this program with nothing between. A program is warm but once, so one
 * provider a run.
 */
final class DtlsHandshakes {

    /** Where each row ends. */
    private static final List<Integer> ROWS = List.of(1, 10, 100, 300, 1_000, 3_000);

    private static final long PATIENCE_SECONDS = 10;

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final OperatingSystemMXBean machine = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final BcIdentity identity;
    private final PinnedCertificate pinned;

    private DtlsHandshakes(BcIdentity identity) {
        this.identity = identity;
        this.pinned = new PinnedCertificate(identity.fingerprint());
    }

    public static void main(String[] args) throws Exception {
        Arguments arguments = new Arguments(List.of(args));
        boolean java = arguments.words(List.of()).contains("java");
        BcIdentity identity =
                BcIdentity.create(new SecureRandom(), Instant.now(), java ? Optional.empty() : P256.load());
        System.out.printf(
                Locale.ROOT,
                "DTLS by %s, load %.1f, Java %s%n",
                identity.name(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                System.getProperty("java.version"));
        new DtlsHandshakes(identity).run(arguments.number("handshakes", 10_000));
    }

    private void run(int last) throws Exception {
        System.out.printf(
                "%-14s %8s %8s %8s   [us CPU a handshake; \"all\" is the process: both ends, compilers, collector]%n",
                "handshakes", "server", "client", "all");
        try (ExecutorService clients = Executors.newSingleThreadExecutor()) {
            int done = 0;
            for (int end : ROWS) {
                if (end < last) {
                    row(clients, done, end);
                    done = end;
                }
            }
            row(clients, done, last);
        }
    }

    private void row(ExecutorService clients, int begin, int end) throws Exception {
        long processNs = machine.getProcessCpuTime();
        long serverNs = 0;
        long clientNs = 0;
        for (int i = begin; i < end; i++) {
            Wire toServer = new Wire();
            Wire toClient = new Wire();
            Future<Long> client = clients.submit(() -> handshake(DtlsRole.CLIENT, new Link(toClient, toServer)));
            serverNs += handshake(DtlsRole.SERVER, new Link(toServer, toClient));
            clientNs += client.get();
        }
        int count = end - begin;
        System.out.printf(
                Locale.ROOT,
                "%-14s %8.0f %8.0f %8.0f%n",
                (begin + 1) + " to " + end,
                serverNs / 1e3 / count,
                clientNs / 1e3 / count,
                (machine.getProcessCpuTime() - processNs) / 1e3 / count);
    }

    /** Gives the thread's CPU time, ns. */
    private long handshake(DtlsRole role, Link link) throws IOException {
        long begin = threads.getCurrentThreadCpuTime();
        identity.engine(role, pinned, SrtpProfile.preference()).handshake(link);
        return threads.getCurrentThreadCpuTime() - begin;
    }

    /** One direction. */
    private static final class Wire extends LinkedBlockingQueue<byte[]> {
        private static final long serialVersionUID = 1;
    }

    /** One end of both. */
    private record Link(Wire in, Wire out) implements DtlsEngine.DatagramLink {

        @Override
        public int receive(byte[] into, int offset, int length, int waitMs) throws IOException {
            try {
                byte[] record = in.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                if (record == null) {
                    throw new IOException("the other end is silent");
                }
                System.arraycopy(record, 0, into, offset, record.length);
                return record.length;
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IOException(interrupted);
            }
        }

        @Override
        public void send(byte[] record, int offset, int length) {
            out.add(Arrays.copyOfRange(record, offset, offset + length));
        }
    }
}
