package io.spillway.bench.machine;

import java.nio.file.Path;

/** Datagrams that the kernel threw away as a socket's queue was full, on this network namespace: RcvbufErrors of /proc/net/snmp. */
public final class ReceiveErrors {

    private static final Path FILE = Path.of("/proc/net/snmp");
    private static final String PROTOCOL = "Udp:";
    private static final String COUNTER = "RcvbufErrors";

    private ReceiveErrors() {}

    public static long now() {
        return read(ProcFile.read(FILE));
    }

    /** Names stand on one line, their values on the next that begins alike. */
    static long read(String snmp) {
        String[] names = null;
        for (String line : snmp.split("\n", -1)) {
            if (!line.startsWith(PROTOCOL)) {
                continue;
            }
            String[] words = line.split(" ", -1);
            if (names == null) {
                names = words;
                continue;
            }
            for (int i = 0; i < names.length; i++) {
                if (names[i].equals(COUNTER)) {
                    return Long.parseLong(words[i]);
                }
            }
        }
        throw new IllegalStateException(FILE + " names no " + COUNTER);
    }
}
