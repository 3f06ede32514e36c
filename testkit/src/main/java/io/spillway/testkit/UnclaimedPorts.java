package io.spillway.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.random.RandomGenerator;

/**
 * Runs of adjacent port numbers, for programs that cannot be told to take any port. They are free on UDP and TCP of every address when drawn, and
 * outside the range from which the system serves whoever asks for any port; so only another draw can come between, and the user tries again.
 */
final class UnclaimedPorts {

    /** Below it are the well-known services. */
    private static final int LOWEST = 10_000;

    private static final int BEYOND = 65_536;
    private static final int TRIES = 200;

    private static final Path SYSTEM_RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");

    /** The dynamic ports of RFC 6335 §6, for systems that do not tell theirs. */
    private static final String OTHERWISE = "49152 65535";

    private final RandomGenerator random;
    private final int systemFirst;
    private final int systemLast;

    /** @param systemRange first and last port that the system hands out, as Linux writes it */
    UnclaimedPorts(RandomGenerator random, String systemRange) {
        this.random = random;
        String[] ends = systemRange.strip().split("\\s+", -1);
        systemFirst = Integer.parseInt(ends[0]);
        systemLast = Integer.parseInt(ends[1]);
    }

    /** Those of this machine. */
    static UnclaimedPorts ofThisMachine() {
        try {
            // By line: this file gives all to its first read and nothing to a second, and readString begins with a read
            // of one byte.
            String range = Files.isReadable(SYSTEM_RANGE)
                    ? Files.readAllLines(SYSTEM_RANGE).getFirst()
                    : OTHERWISE;
            return new UnclaimedPorts(RandomGenerator.getDefault(), range);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The first of {@code count} adjacent ports. @throws IllegalStateException when there are none */
    int draw(int count) {
        int below = Math.max(0, systemFirst - count - LOWEST + 1);
        int above = Math.max(0, BEYOND - count - systemLast);
        for (int tries = 0; tries < TRIES && below + above > 0; tries++) {
            int drawn = random.nextInt(below + above);
            int first = drawn < below ? LOWEST + drawn : systemLast + 1 + drawn - below;
            if (areFree(first, count)) {
                return first;
            }
        }
        throw new IllegalStateException("no " + count + " adjacent free ports from " + LOWEST + " up and outside "
                + systemFirst + ".." + systemLast + " in " + TRIES + " draws");
    }

    private static boolean areFree(int first, int count) {
        for (int port = first; port < first + count; port++) {
            try (DatagramSocket udp = new DatagramSocket(port);
                    ServerSocket tcp = new ServerSocket(port)) {
                if (!udp.isBound() || !tcp.isBound()) {
                    return false;
                }
            } catch (IOException taken) {
                return false;
            }
        }
        return true;
    }
}
