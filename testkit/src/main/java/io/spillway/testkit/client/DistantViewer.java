package io.spillway.testkit.client;

import io.spillway.testkit.Downlink;
import io.spillway.testkit.NetNamespace;
import java.net.URI;

/** A browser of its own behind a line whose width the test sets. Needs root, as {@link NetNamespace} does. Owned by the thread that opened it. */
public final class DistantViewer implements AutoCloseable {

    private final NetNamespace network;
    private final Downlink line;
    private final Chromium browser;

    private DistantViewer(NetNamespace network, Downlink line, Chromium browser) {
        this.network = network;
        this.line = line;
        this.browser = browser;
    }

    /** Starts it behind a wide line. */
    public static DistantViewer open() {
        NetNamespace network = NetNamespace.open();
        try {
            return new DistantViewer(network, Downlink.to(network), Chromium.launchIn(network));
        } catch (Throwable e) {
            network.close();
            throw e;
        }
    }

    /** Lets through so many kilobits a second toward the browser from now on. */
    public void narrow(int kilobitsPerSecond) {
        line.narrow(kilobitsPerSecond);
    }

    /** Opens a page of a server that runs on this machine. */
    public Tab open(SpillwayProcess server, String path) {
        URI local = server.address();
        Tab tab = browser.newPage();
        tab.open("http://" + line.address() + ":" + local.getPort() + path);
        return tab;
    }

    @Override
    public void close() {
        try (network) {
            browser.close();
        }
    }
}
