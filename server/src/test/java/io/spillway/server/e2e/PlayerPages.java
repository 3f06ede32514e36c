package io.spillway.server.e2e;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Pages of another origin with a player of DASH each: dash.js and shaka-player. */
final class PlayerPages implements AutoCloseable {

    private final HttpServer pages;

    PlayerPages() throws IOException {
        pages = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        pages.createContext("/", exchange -> {
            try (exchange;
                    InputStream file = PlayerPages.class.getResourceAsStream(
                            "/players" + exchange.getRequestURI().getPath())) {
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

    /** A page that plays a manifest; {@code player} is {@code dash} or {@code shaka}. */
    String url(String player, String manifest) {
        return "http://localhost:" + pages.getAddress().getPort() + "/" + player + ".html#" + manifest;
    }

    @Override
    public void close() {
        pages.stop(0);
    }
}
