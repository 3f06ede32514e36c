package io.spillway.testkit.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The server as its own process, on free ports and with a fresh data folder. */
public final class SpillwayProcess implements AutoCloseable {

    /** What the server prints first when all its ports are open. */
    private static final Pattern READY = Pattern.compile("is ready at (http://\\S+?)/?(?:\\s|$)");

    private static final long START_TIMEOUT_MS = 30_000;

    /** What the product promises for a clean end. */
    private static final long END_TIMEOUT_MS = 10_000;

    /** A Java process that SIGTERM ended after its shutdown hooks had run. */
    private static final int ENDED_BY_SIGTERM = 128 + 15;

    private final Child child;
    private final URI address;

    private SpillwayProcess(Child child, URI address) {
        this.child = child;
        this.address = address;
    }

    /**
     * Starts the built server and waits until it is ready.
     *
     * @param jar as built, {@code server/target/spillway/spillway.jar}
     * @param environment configuration, as in {@code SPILLWAY_MEDIA_PORT=8189}, over the free ports and the fresh data folder
     * @param arguments of its command line
     */
    public static SpillwayProcess startJar(Path jar, Map<String, String> environment, String... arguments) {
        if (!Files.isRegularFile(jar)) {
            throw new IllegalStateException("no server at " + jar.toAbsolutePath()
                    + ". Build it first: mvn -pl server -am package -DskipTests");
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseZGC",
                "-XX:+ExitOnOutOfMemoryError",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow"));
        command.addAll(List.of("-jar", jar.toAbsolutePath().toString()));
        command.addAll(List.of(arguments));
        return start(command, environment);
    }

    /** As {@link #startJar}, by any command that ends up as the server, such as the launcher. */
    public static SpillwayProcess start(List<String> command, Map<String, String> environment) {
        Path data = freshFolder();
        Map<String, String> all = new HashMap<>(Map.of(
                "SPILLWAY_HTTP_PORT",
                "0",
                "SPILLWAY_MEDIA_PORT",
                "0",
                "SPILLWAY_DATA_DIR",
                data.toAbsolutePath().toString()));
        all.putAll(environment);
        Child child = Child.start("spillway", command, all, data);
        try {
            URI address = URI.create(child.awaitLine(READY, START_TIMEOUT_MS).group(1));
            return new SpillwayProcess(child, address);
        } catch (Throwable e) {
            child.close();
            throw e;
        }
    }

    /** Where it answers HTTP, without a slash at the end, as in {@code http://localhost:40123}. */
    public URI address() {
        return address;
    }

    /** The full address of a path that starts with a slash. */
    public String url(String path) {
        return address + path;
    }

    /** The newest lines that it printed. */
    public String log() {
        return child.log();
    }

    /** Its process id, to read its memory and CPU use. */
    public long processId() {
        return child.processId();
    }

    /** Ends it on the spot, as a crash would. */
    public void kill() {
        child.kill();
    }

    /** Ends it as Ctrl-C does. @throws AssertionError when it took longer than promised or ended with an error */
    public void endCleanly() {
        int code = child.terminate(END_TIMEOUT_MS);
        if (code != 0 && code != ENDED_BY_SIGTERM) {
            throw new AssertionError("the server ended with code " + code + ". It printed:\n" + log());
        }
    }

    @Override
    public void close() {
        child.close();
    }

    private static Path freshFolder() {
        try {
            Path parent = Files.createDirectories(Path.of("target", "servers"));
            return Files.createTempDirectory(parent, "data-");
        } catch (IOException e) {
            throw new UncheckedIOException("no folder for the server's data", e);
        }
    }
}
