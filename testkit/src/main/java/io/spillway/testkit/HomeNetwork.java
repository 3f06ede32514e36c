package io.spillway.testkit;

/**
 * A client behind a home router of its own, as most viewers are: the router translates addresses and ports of both families, and can block UDP
 * or forget what it had assigned. This machine is the rest of the world.
 *
 * <pre>
 *   this machine --outside-- router --inside-- client
 * </pre>
 */
public final class HomeNetwork implements AutoCloseable {

    /** Source ports that the router gives out, by how often it began anew. */
    private static final int FIRST_PORT = 20_000;

    private static final int PORTS = 5_000;

    private final NetNamespace router;
    private final NetNamespace client;
    private final NetNamespace.Cable outside;
    private final NetNamespace.Cable inside;
    private int beginnings;

    private HomeNetwork(
            NetNamespace router, NetNamespace client, NetNamespace.Cable outside, NetNamespace.Cable inside) {
        this.router = router;
        this.client = client;
        this.outside = outside;
        this.inside = inside;
    }

    /** Makes one. @throws IllegalStateException as {@link NetNamespace#open} does */
    public static HomeNetwork open() {
        NetNamespace router = NetNamespace.open();
        try {
            NetNamespace client = NetNamespace.open();
            try {
                HomeNetwork made = new HomeNetwork(router, client, router.cableToMachine(), router.cableTo(client));
                router.run("nft", "add", "table", "inet", "home");
                router.run(
                        "nft", "add", "chain", "inet", "home", "out", "{ type nat hook postrouting priority srcnat; }");
                router.run("nft", "add", "chain", "inet", "home", "pass", "{ type filter hook forward priority 0; }");
                made.assign();
                return made;
            } catch (RuntimeException e) {
                client.close();
                throw e;
            }
        } catch (RuntimeException e) {
            router.close();
            throw e;
        }
    }

    /** Where the client's programs and sockets live. */
    public NetNamespace client() {
        return client;
    }

    /** The cable to this machine: its near end is how the client reaches this machine, its far end what this machine sees of the client. */
    public NetNamespace.Cable outside() {
        return outside;
    }

    /** The cable to the client: its far end is the client's own address. */
    public NetNamespace.Cable inside() {
        return inside;
    }

    /** No UDP goes in or out from now on, and nobody is told so. */
    public void blockUdp() {
        router.run("nft", "add", "rule", "inet", "home", "pass", "meta", "l4proto", "udp", "drop");
    }

    /** Nothing goes out to a port from now on, by UDP or TCP, and nobody is told so. */
    public void block(int port) {
        router.run("nft", "add", "rule", "inet", "home", "pass", "th", "dport", String.valueOf(port), "drop");
    }

    /** The client has no IPv4 from now on. */
    public void dropIpv4() {
        client.run("ip", "-4", "addr", "flush", "dev", inside.farDevice());
    }

    /** Forgets which ports it had assigned, as after a power cut: what the client sends next comes from others, and what is sent to the old is lost. */
    public void rebind() {
        beginnings++;
        router.run("nft", "flush", "chain", "inet", "home", "out");
        assign();
        router.run("conntrack", "-F");
    }

    /** Whether a port is one of those that the router assigned after it began anew so often. */
    public static boolean assigned(int port, int beginnings) {
        int first = FIRST_PORT + beginnings * PORTS;
        return port >= first && port < first + PORTS;
    }

    private void assign() {
        int first = FIRST_PORT + beginnings * PORTS;
        router.run(
                "sh",
                "-c",
                "nft add rule inet home out oifname " + outside.farDevice()
                        + " meta l4proto '{ tcp, udp }' masquerade to :" + first + "-" + (first + PORTS - 1));
    }

    @Override
    public void close() {
        try (router) {
            client.close();
        }
    }
}
