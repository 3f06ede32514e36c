package io.spillway.testkit;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/** A real nginx of this machine, run with a configuration under test on a folder of its own. Close it to end it. */
public final class Nginx implements AutoCloseable {

    private static final List<String> USUAL_PLACES =
            List.of("/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx");

    private static final long START_LIMIT_MS = 10_000;
    private static final long STOP_LIMIT_MS = 5_000;
    private static final long POLL_MS = 20;

    /** Between the draw of its port and its own bind another program may come; five times in a row it is something else. */
    private static final int STARTS = 5;

    /** What Debian's nginx.conf sets, and what lets any user run it in a folder. The configuration under test follows, inside of http. */
    private static final String AROUND = """
            daemon off;
            # Else its workers are nobody, whom the folder does not let in. Who is not root is told that this means nothing.
            user root root;
            worker_processes 1;
            pid nginx.pid;
            error_log stderr warn;
            events { worker_connections 4096; }
            http {
                access_log off;
                sendfile on;
                tcp_nopush on;
                types_hash_max_size 2048;
                default_type application/octet-stream;
                client_body_temp_path body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
                include under-test.conf;
            }
            """;

    private final Process process;
    private final int port;

    private Nginx(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Starts it and returns when it listens on loopback.
     *
     * @param folder for its cache and its files, empty
     * @param configuration what stands inside of {@code http}, listening on the port that it is given
     * @throws IllegalStateException when nginx is not installed, ends, or never listens; with its log
     */
    public static Nginx start(Path folder, IntFunction<String> configuration) throws IOException {
        String program = USUAL_PLACES.stream()
                .filter(place -> Files.isExecutable(Path.of(place)))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "no nginx at " + String.join(", ", USUAL_PLACES) + ". On Debian: apt-get install nginx-light"));
        File log = folder.resolve("log").toFile();
        Files.writeString(folder.resolve("nginx.conf"), AROUND);
        for (int i = 0; i < STARTS; i++) {
            int port = UnclaimedPorts.ofThisMachine().draw(1);
            Files.writeString(folder.resolve("under-test.conf"), configuration.apply(port));
            Process process = new ProcessBuilder(
                            program, "-p", folder.toAbsolutePath() + "/", "-c", "nginx.conf", "-e", "stderr")
                    .redirectErrorStream(true)
                    .redirectOutput(log)
                    .start();
            Nginx nginx = new Nginx(process, port);
            if (nginx.awaitListening()) {
                return nginx;
            }
            nginx.close();
        }
        throw new IllegalStateException("nginx does not listen. It printed:\n" + Files.readString(log.toPath()));
    }

    private boolean awaitListening() {
        for (long waitedMs = 0; waitedMs < START_LIMIT_MS && process.isAlive(); waitedMs += POLL_MS) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
            } catch (IOException notYet) {
                await(POLL_MS);
            }
        }
        return false;
    }

    private boolean await(long timeoutMs) {
        try {
            return process.waitFor(timeoutMs, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for nginx", e);
        }
    }

    /** Where it listens on loopback. */
    public int port() {
        return port;
    }

    /** Process ids of its workers: they do what is asked. */
    public List<Long> workers() {
        return process.toHandle().children().map(ProcessHandle::pid).toList();
    }

    @Override
    public void close() {
        // The master ends its workers, which a kill would not.
        process.toHandle().destroy();
        if (!await(STOP_LIMIT_MS)) {
            process.toHandle().destroyForcibly();
        }
    }
}
