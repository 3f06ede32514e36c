package io.spillway.server;

import io.spillway.server.config.Config;
import io.spillway.server.config.ConfigException;
import io.spillway.server.config.ConfigReader;
import io.spillway.server.logback.Logging;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A whole start and end on free loopback ports, with a data folder of its own and no configuration but the defaults: while it runs, the
 * JVM records what later starts load and compile (the launcher's AOT cache, decision 024).
 */
final class Rehearsal {

    private static final List<String> PAGES = List.of("/readyz", "/", "/watch/live", "/api/v1/streams", "/metrics");

    private Rehearsal() {}

    /** Starts, asks for each page once, ends. @throws StartException it did not come up, in a sentence */
    static void run(PrintStream out) throws ConfigException, StartException {
        try {
            Path data = Files.createTempDirectory("spillway-rehearsal");
            try {
                run(data, out);
            } finally {
                delete(data);
            }
        } catch (IOException failed) {
            throw StartException.other("the rehearsal failed: " + failed.getMessage(), failed);
        }
    }

    private static void run(Path data, PrintStream out) throws ConfigException, StartException, IOException {
        Config config = ConfigReader.read(
                Map.of(),
                Map.of(
                        "SPILLWAY_HTTP_BIND", "127.0.0.1",
                        "SPILLWAY_HTTP_PORT", "0",
                        "SPILLWAY_MEDIA_BIND", "127.0.0.1",
                        "SPILLWAY_MEDIA_PORT", "0",
                        "SPILLWAY_DATA_DIR", data.toString()));
        Logging.configure(config.log());
        try (Spillway spillway = Spillway.start(config, new LiveSettings(config))) {
            out.print(spillway.banner());
            for (String page : PAGES) {
                get(URI.create("http://127.0.0.1:" + spillway.httpPort() + page));
            }
        }
    }

    private static void get(URI page) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) page.toURL().openConnection();
        if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
            throw new IOException(page.getPath() + " answered " + connection.getResponseCode());
        }
        connection.getInputStream().readAllBytes();
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).forEach(each -> {
                try {
                    Files.delete(each);
                } catch (IOException kept) {
                    throw new UncheckedIOException(kept);
                }
            });
        }
    }
}
