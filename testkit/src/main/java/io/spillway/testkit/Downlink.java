package io.spillway.testkit;

import java.net.InetAddress;
import java.util.List;

/**
 * The way from this machine to a namespace, as wide as it is told to be: a token bucket (tc-tbf) at the machine's end of a cable, with a queue
 * of {@value #QUEUE_MS} ms that drops at its tail. The way back is wide. It ends with its namespace.
 */
public final class Downlink {

    private static final int QUEUE_MS = 300;

    /** Two packets: what goes at once. Longer bursts, also those that the kernel is still to cut, wait their turn packet by packet. */
    private static final int BURST_BYTES = 3_200;

    private final NetNamespace.Cable cable;

    private Downlink(NetNamespace.Cable cable) {
        this.cable = cable;
    }

    /** Lays a cable to a namespace; it is wide at first. */
    public static Downlink to(NetNamespace viewer) {
        return new Downlink(viewer.cableToMachine());
    }

    /** This machine, as seen from the namespace. */
    public String address() {
        return cable.near4().getHostAddress();
    }

    /** The namespace, as seen from this machine. */
    public InetAddress viewer() {
        return cable.far4();
    }

    /** Lets through so many kilobits a second from now on, headers of IP and Ethernet among them; what is queued stays queued. */
    public void narrow(int kilobitsPerSecond) {
        NetNamespace.run(List.of(
                "tc",
                "qdisc",
                "replace",
                "dev",
                cable.nearDevice(),
                "root",
                "tbf",
                "rate",
                kilobitsPerSecond + "kbit",
                "burst",
                String.valueOf(BURST_BYTES),
                "latency",
                QUEUE_MS + "ms"));
    }
}
