package io.spillway.web;

import io.spillway.testkit.client.Chromium;
import io.spillway.web.jetty.SiteHandler;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** The site on a free port of this machine, with a canned API beside it, and a browser to look at both. */
final class Stage implements AutoCloseable {

    private final CannedApi api = new CannedApi();
    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server);
    private final Chromium chromium;

    Stage() throws Exception {
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(new Handler.Sequence(new SiteHandler(Site.load()), api));
        server.start();
        chromium = Chromium.launch();
    }

    CannedApi api() {
        return api;
    }

    Chromium chromium() {
        return chromium;
    }

    String url(String path) {
        return "http://127.0.0.1:" + connector.getLocalPort() + path;
    }

    @Override
    public void close() {
        try (chromium) {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the stage did not close", e);
        }
    }
}
