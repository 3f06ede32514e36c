package io.spillway.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** A real coturn of this machine, run with a configuration under test on a folder of its own. Close it to end it. */
public final class Coturn implements AutoCloseable {

    private static final String BINARY = "turnserver";

    private static final Duration START_LIMIT = Duration.ofSeconds(10);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);
    private static final int POLL_MS = 50;

    /** Linux hands out 32768..60999 to those who ask for any port; above it a free port stays free. */
    private static final int RELAY_FLOOR = 61_000;

    private static final int RELAY_PORTS = 64;
    private static final int RELAY_TRIES = 100;

    private static final int STUN_HEADER_BYTES = 20;
    private static final int STUN_MAGIC = 0x2112_A442;
    private static final short STUN_BINDING_REQUEST = 0x0001;

    private final Process process;
    private final Path folder;
    private final InetSocketAddress address;

    private Coturn(Process process, Path folder, InetSocketAddress address) {
        this.process = process;
        this.folder = folder;
        this.address = address;
    }

    /** Ports that were free a moment ago: {@code listening} on UDP and TCP of loopback, {@code relayMin..relayMax} mostly. */
    public record Ports(int listening, int relayMin, int relayMax) {}

    /** Finds ports for a configuration. */
    public static Ports freePorts() {
        RandomGenerator random = RandomGenerator.getDefault();
        for (int tries = 0; tries < RELAY_TRIES; tries++) {
            int relayMin = random.nextInt(RELAY_FLOOR, 65_536 - RELAY_PORTS);
            try (DatagramSocket first = new DatagramSocket(relayMin);
                    DatagramSocket listening = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
                if (first.isBound() && listening.isBound()) {
                    return new Ports(listening.getLocalPort(), relayMin, relayMin + RELAY_PORTS - 1);
                }
            } catch (SocketException taken) {
                // the next draw may be free
            }
        }
        throw new IllegalStateException("no free UDP port above " + RELAY_FLOOR + " in " + RELAY_TRIES + " tries");
    }

    /**
     * Starts coturn and returns when it answers on its {@code listening-ip} (loopback when the text has none) and {@code listening-port}.
     *
     * @throws IllegalStateException when coturn is not installed, or ends or stays silent, with its log
     */
    public static Coturn start(String configText) {
        Path binary = binary();
        try {
            Path folder = Files.createTempDirectory("coturn-");
            Path config = Files.writeString(folder.resolve("turnserver.conf"), configText);
            // The system's own database, pid file and log are none of a test's business.
            Process process = new ProcessBuilder(
                            binary.toString(),
                            "-c",
                            config.toString(),
                            "--userdb=" + folder.resolve("turndb"),
                            "--pidfile=" + folder.resolve("pid"),
                            "--log-file=stdout",
                            "--verbose")
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile())
                    .start();
            InetSocketAddress address = new InetSocketAddress(
                    setting(
                            configText,
                            "listening-ip",
                            InetAddress.getLoopbackAddress().getHostAddress()),
                    Integer.parseInt(setting(configText, "listening-port", "3478")));
            Coturn coturn = new Coturn(process, folder, address);
            coturn.awaitAnswer();
            return coturn;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return address;
    }

    /** What it has logged so far. */
    public String log() {
        try {
            return Files.readString(folder.resolve("log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the process and removes its folder. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitAnswer() throws IOException {
        ByteBuffer request = ByteBuffer.allocate(STUN_HEADER_BYTES)
                .putShort(0, STUN_BINDING_REQUEST)
                .putInt(4, STUN_MAGIC);
        long tries = START_LIMIT.toMillis() / POLL_MS;
        try (DatagramSocket socket = new DatagramSocket(0, address.getAddress())) {
            socket.setSoTimeout(POLL_MS);
            for (long i = 0; i < tries && process.isAlive(); i++) {
                socket.send(new DatagramPacket(request.array(), STUN_HEADER_BYTES, address));
                try {
                    socket.receive(new DatagramPacket(new byte[512], 512));
                    return;
                } catch (SocketTimeoutException silent) {
                    // not up yet
                }
            }
        }
        String log = log();
        close();
        throw new IllegalStateException("coturn did not answer at " + address + "; it said:\n" + log);
    }

    private static String setting(String configText, String key, String otherwise) {
        return configText
                .lines()
                .filter(line -> line.startsWith(key + "="))
                .map(line -> line.substring(key.length() + 1))
                .findFirst()
                .orElse(otherwise);
    }

    private static Path binary() {
        List<String> folders = new ArrayList<>();
        String path = System.getenv("PATH");
        if (path != null) {
            folders.addAll(List.of(path.split(File.pathSeparator)));
        }
        folders.add("/usr/sbin");
        for (String folder : folders) {
            Path candidate = Path.of(folder, BINARY);
            if (Files.isExecutable(candidate)) {
                return candidate;
            }
        }
        throw new IllegalStateException(
                BINARY
                        + " is not installed, and these tests prove the relay against a real one; run ./spillway test, or apt-get install coturn");
    }
}
