package io.spillway.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;

/** A real nginx of this machine, run with a configuration under test on a folder of its own. Close it to end it. */
public final class Nginx implements AutoCloseable {

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

    private final ListeningProgram program;

    private Nginx(ListeningProgram program) {
        this.program = program;
    }

    /**
     * Starts it and returns when it listens on loopback.
     *
     * @param folder for its cache and its files, empty
     * @param configuration what stands inside of {@code http}, listening on the port that it is given
     * @throws IllegalStateException when nginx is not installed, ends, or never listens; with its log
     */
    public static Nginx start(Path folder, IntFunction<String> configuration) throws IOException {
        String nginx = ListeningProgram.find("nginx", "nginx-light");
        Files.writeString(folder.resolve("nginx.conf"), AROUND);
        return new Nginx(ListeningProgram.start(folder.resolve("log").toFile(), port -> {
            Files.writeString(folder.resolve("under-test.conf"), configuration.apply(port));
            return List.of(nginx, "-p", folder.toAbsolutePath() + "/", "-c", "nginx.conf", "-e", "stderr");
        }));
    }

    /** Where it listens on loopback. */
    public int port() {
        return program.port();
    }

    /** Process ids of its workers: they do what is asked. */
    public List<Long> workers() {
        return program.children();
    }

    @Override
    public void close() {
        program.close();
    }
}
