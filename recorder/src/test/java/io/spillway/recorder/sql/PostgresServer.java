package io.spillway.recorder.sql;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A PostgreSQL of one test's own, as Debian installs it. It does not run as root, so root runs it as its user. */
final class PostgresServer implements AutoCloseable {

    private final Path bin;
    private final Path data;
    private final int port;

    private PostgresServer(Path bin, Path data, int port) {
        this.bin = bin;
        this.data = data;
        this.port = port;
    }

    static PostgresServer create() throws IOException {
        Path bin;
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            bin = versions.max(Path::compareTo).orElseThrow().resolve("bin");
        }
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path data = Files.createTempDirectory("spillway-postgres");
        PostgresServer server = new PostgresServer(bin, data, port);
        if (isRoot()) {
            command(List.of("chown", "postgres", data.toString()));
        }
        Path secret = data.resolveSibling(data.getFileName() + ".pw");
        Files.writeString(secret, "a-secret");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
        server.run("initdb", "-A", "scram-sha-256", "-U", "spillway", "--pwfile=" + secret, "-D", data.toString());
        Files.delete(secret);
        server.start();
        return server;
    }

    void start() throws IOException {
        run(
                "pg_ctl",
                "-w",
                "-s",
                "-D",
                data.toString(),
                "-l",
                data.resolve("log").toString(),
                "-o",
                "-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -p " + port,
                "start");
    }

    void stop() throws IOException {
        run("pg_ctl", "-w", "-s", "-m", "immediate", "-D", data.toString(), "stop");
    }

    String url(String password) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=spillway&password=" + password;
    }

    private void run(String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        if (isRoot()) {
            command.addAll(List.of("runuser", "-u", "postgres", "--"));
        }
        command.add(bin.resolve(program).toString());
        command.addAll(List.of(arguments));
        command(command);
    }

    private static void command(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .directory(Path.of("/").toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            if (process.waitFor() != 0) {
                throw new AssertionError(command + " ended with " + process.exitValue());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    @Override
    public void close() throws IOException {
        stop();
        command(List.of("rm", "-r", data.toString()));
    }
}
