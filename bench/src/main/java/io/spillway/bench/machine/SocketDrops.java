package io.spillway.bench.machine;

import java.nio.file.Path;
import java.util.Set;

/** Datagrams that the kernel threw away as the queues of certain UDP sockets were full: /proc/net/udp, which names sockets by their port. */
public final class SocketDrops {

    private static final Path FILE = Path.of("/proc/net/udp");
    private static final int LOCAL_ADDRESS = 1;
    private static final int HEX = 16;

    private SocketDrops() {}

    /** Of all sockets on these ports, IPv4. */
    public static long now(Set<Integer> ports) {
        return read(ProcFile.read(FILE), ports);
    }

    /** The drops stand last on each line, the port behind the colon of the local address. */
    static long read(String udp, Set<Integer> ports) {
        return udp.lines()
                .skip(1)
                .map(line -> line.strip().split(" +", -1))
                .filter(words -> words.length > LOCAL_ADDRESS
                        && ports.contains(Integer.parseInt(
                                words[LOCAL_ADDRESS].substring(words[LOCAL_ADDRESS].indexOf(':') + 1), HEX)))
                .mapToLong(words -> Long.parseLong(words[words.length - 1]))
                .sum();
    }
}
