package io.spillway.testkit;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program of this machine that listens on a port of loopback. Close it to end it. */
final class ListeningProgram implements AutoCloseable {

    private static final List<String> USUAL_PLACES = List.of("/usr/sbin/", "/usr/bin/", "/usr/local/sbin/");

    private static final long START_LIMIT_MS = 10_000;
    private static final long STOP_LIMIT_MS = 5_000;
    private static final long POLL_MS = 20;

    /** Between the draw of its port and its own bind another program may come; five times in a row it is something else. */
    private static final int STARTS = 5;

    private final Process process;
    private final int port;

    /** Tells how it is run on a port. */
    @FunctionalInterface
    interface Command {
        List<String> on(int port) throws IOException;
    }

    private ListeningProgram(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Where a program is. @throws IllegalStateException when it is not installed */
    static String find(String name, String debianPackage) {
        return USUAL_PLACES.stream()
                .map(place -> place + name)
                .filter(place -> Files.isExecutable(Path.of(place)))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no " + name + " in " + String.join(", ", USUAL_PLACES)
                        + ". On Debian: apt-get install " + debianPackage));
    }

    /** Returns when it listens. @throws IllegalStateException when it ends, or never listens; with what it printed */
    static ListeningProgram start(File log, Command command) throws IOException {
        for (int i = 0; i < STARTS; i++) {
            int port = UnclaimedPorts.ofThisMachine().draw(1);
            Process process = new ProcessBuilder(command.on(port))
                    .redirectErrorStream(true)
                    .redirectOutput(log)
                    .start();
            ListeningProgram program = new ListeningProgram(process, port);
            if (program.awaitListening()) {
                return program;
            }
            program.close();
        }
        throw new IllegalStateException("it does not listen. It printed:\n" + Files.readString(log.toPath()));
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
            throw new IllegalStateException("interrupted while waiting for a program", e);
        }
    }

    int port() {
        return port;
    }

    /** Process ids of those that it has started. */
    List<Long> children() {
        return process.toHandle().children().map(ProcessHandle::pid).toList();
    }

    @Override
    public void close() {
        // It ends those that it started, which a kill would not.
        process.toHandle().destroy();
        if (!await(STOP_LIMIT_MS)) {
            process.toHandle().destroyForcibly();
        }
    }
}
