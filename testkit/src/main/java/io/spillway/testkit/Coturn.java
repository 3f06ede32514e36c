package io.spillway.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real coturn of this machine, run with a configuration under test on a folder of its own. Close it to end it. */
public final class Coturn implements AutoCloseable {

    private static final String BINARY = "turnserver";

    private static final Duration START_LIMIT = Duration.ofSeconds(10);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);
    private static final int POLL_MS = 50;

    private static final int RELAY_PORTS = 64;

    /** Between the draw of its ports and its own bind another program may come; five times in a row it is something else. */
    private static final int STARTS = 5;

    /** In coturn's log, when somebody else has one of its ports. It may go on without it. */
    private static final String PORT_TAKEN = "Address already in use";

    private static final int STUN_HEADER_BYTES = 20;
    private static final int STUN_MAGIC = 0x2112_A442;
    private static final short STUN_BINDING_REQUEST = 0x0001;

    private final Process process;
    private final Path folder;
    private final InetSocketAddress address;
    private final Ports ports;

    private Coturn(Process process, Path folder, InetSocketAddress address, Ports ports) {
        this.process = process;
        this.folder = folder;
        this.address = address;
        this.ports = ports;
    }

    /** Ports for a configuration, free on UDP and TCP when drawn: to listen on, to listen on by TLS, and to lend to clients. */
    public record Ports(int listening, int tls, int relayMin, int relayMax) {

        private static Ports draw(UnclaimedPorts unclaimed) {
            int first = unclaimed.draw(2 + RELAY_PORTS);
            return new Ports(first, first + 1, first + 2, first + 1 + RELAY_PORTS);
        }
    }

    /** Writes a configuration that uses the ports it is given. It is asked again where one of them was taken meanwhile. */
    @FunctionalInterface
    public interface Setup {
        String configurationOn(Ports ports) throws Exception;
    }

    /**
     * Starts coturn and returns when it answers on its {@code listening-ip} (loopback when the text has none) and {@code listening-port}.
     *
     * @throws IllegalStateException when coturn is not installed, ends, stays silent, or never gets its ports; with its log
     */
    public static Coturn start(Setup setup) throws Exception {
        UnclaimedPorts unclaimed = UnclaimedPorts.ofThisMachine();
        String log = "";
        for (int starts = 0; starts < STARTS; starts++) {
            Ports ports = Ports.draw(unclaimed);
            Coturn coturn = startOn(ports, setup.configurationOn(ports));
            boolean answers = coturn.awaitAnswer();
            log = coturn.log();
            if (answers && !log.contains(PORT_TAKEN)) {
                return coturn;
            }
            coturn.close();
            if (!log.contains(PORT_TAKEN)) {
                throw new IllegalStateException("coturn did not answer at " + coturn.address + "; it said:\n" + log);
            }
        }
        throw new IllegalStateException("coturn found its ports taken " + STARTS + " times; at last it said:\n" + log);
    }

    private static Coturn startOn(Ports ports, String configText) throws IOException {
        Path binary = binary();
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
        String ip = setting(
                configText, "listening-ip", InetAddress.getLoopbackAddress().getHostAddress());
        int port = Integer.parseInt(setting(configText, "listening-port", "3478"));
        return new Coturn(process, folder, new InetSocketAddress(ip, port), ports);
    }

    /** The ports that its configuration was written for. */
    public Ports ports() {
        return ports;
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

    private boolean awaitAnswer() throws IOException {
        ByteBuffer request = ByteBuffer.allocate(STUN_HEADER_BYTES)
                .putShort(0, STUN_BINDING_REQUEST)
                .putInt(4, STUN_MAGIC);
        long tries = START_LIMIT.toMillis() / POLL_MS;
        try (DatagramSocket socket = new DatagramSocket(0, address.getAddress())) {
            socket.setSoTimeout(POLL_MS);
            for (long i = 0; i < tries && process.isAlive() && !log().contains(PORT_TAKEN); i++) {
                socket.send(new DatagramPacket(request.array(), STUN_HEADER_BYTES, address));
                try {
                    socket.receive(new DatagramPacket(new byte[512], 512));
                    return true;
                } catch (SocketTimeoutException silent) {
                    // not up yet
                }
            }
        }
        return false;
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
