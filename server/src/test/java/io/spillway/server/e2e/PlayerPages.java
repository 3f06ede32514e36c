package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpServer;
import io.spillway.testkit.client.Tab;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Pages of another origin with a player of DASH each: dash.js and shaka-player. */
final class PlayerPages implements AutoCloseable {

    /** Twenty segments, each of which a player must learn of in time. */
    private static final int STEADY_S = 20;

    private final HttpServer pages;

    PlayerPages() throws IOException {
        pages = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        pages.createContext("/", exchange -> {
            try (exchange;
                    InputStream file = open(exchange.getRequestURI().getPath())) {
                byte[] body = file == null ? new byte[0] : file.readAllBytes();
                String type = exchange.getRequestURI().getPath().endsWith(".js") ? "text/javascript" : "text/html";
                exchange.getResponseHeaders().set("Content-Type", type + "; charset=utf-8");
                exchange.sendResponseHeaders(file == null ? 404 : 200, body.length == 0 ? -1 : body.length);
                try (OutputStream out = exchange.getResponseBody()) {
                    out.write(body);
                }
            }
        });
        pages.start();
    }

    /** The clock in pictures is read as our own pages do. */
    private static @Nullable InputStream open(String path) {
        return PlayerPages.class.getResourceAsStream((path.equals("/clock.js") ? "/web" : "/players") + path);
    }

    /** A page that plays a manifest; {@code player} is {@code dash} or {@code shaka}. */
    String url(String player, String manifest) {
        return "http://localhost:" + pages.getAddress().getPort() + "/" + player + ".html#" + manifest;
    }

    /**
     * Plays a manifest, and waits until that has gone on for a while without a stall, less than two seconds behind.
     *
     * @return how far behind, for a person to read
     */
    String assertSteady(Tab tab, String player, String manifest) {
        tab.open(url(player, manifest));
        tab.waitFor("video.currentTime > 0 && !video.paused && video.readyState > 2", Scene.PATIENCE_MS);
        try {
            tab.waitFor("steady() >= " + STEADY_S, 2 * Scene.PATIENCE_MS);
        } catch (AssertionError unsteady) {
            throw new AssertionError(player + " is behind " + tab.text("behind()"), unsteady);
        }
        assertEquals("[]", tab.text("JSON.stringify(errors)"));
        return player + " is behind " + tab.text("behind()");
    }

    @Override
    public void close() {
        pages.stop(0);
    }
}
