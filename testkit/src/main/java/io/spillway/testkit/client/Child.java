package io.spillway.testkit.client;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A program started by a test, with the newest lines it printed. Ends with the test's own process at the latest. */
final class Child implements AutoCloseable {

    /** Enough for a start and a failure; a program that prints each frame must not fill the test's memory. */
    private static final int MAX_LINES = 5_000;

    private static final long KILL_WAIT_MS = 5_000;

    /** What the program printed is there once it has ended, unless a child of its own keeps the pipe open. */
    private static final long LAST_WORDS_MS = 1_000;

    private final String name;
    private final Process process;
    private final Thread killer;
    private final Thread reader;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<String> lines = new ArrayDeque<>();
    private boolean ended;

    private Child(String name, Process process) {
        this.name = name;
        this.process = process;
        this.killer = new Thread(process.toHandle()::destroyForcibly, "kill-" + name);
        Runtime.getRuntime().addShutdownHook(killer);
        this.reader = Thread.ofVirtual().name("read-" + name).unstarted(this::read);
    }

    /** Starts a program with the given variables beside this process's own, in a folder that exists. */
    static Child start(String name, List<String> command, Map<String, String> environment, Path folder) {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        try {
            Child child = new Child(name, builder.start());
            child.reader.start();
            return child;
        } catch (IOException e) {
            throw new UncheckedIOException(name + " did not start: " + String.join(" ", command), e);
        }
    }

    private void read() {
        try (BufferedReader output = process.inputReader()) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                add(line);
            }
        } catch (IOException e) {
            add("(its output broke off: " + e + ")");
        }
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void add(String line) {
        lock.lock();
        try {
            if (lines.size() == MAX_LINES) {
                lines.removeFirst();
            }
            lines.addLast(line);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for a line that contains a match.
     *
     * @throws AssertionError with everything it printed, when it ended or the time was over before
     */
    MatchResult awaitLine(Pattern pattern, long timeoutMs) {
        long remainingNs = timeoutMs * 1_000_000;
        lock.lock();
        try {
            while (true) {
                Optional<MatchResult> found = lines.stream()
                        .map(pattern::matcher)
                        .filter(Matcher::find)
                        .findFirst()
                        .map(Matcher::toMatchResult);
                if (found.isPresent()) {
                    return found.get();
                }
                if (ended || remainingNs <= 0) {
                    throw new AssertionError(name + (ended ? " ended" : " ran for " + timeoutMs + " ms")
                            + " without a line like " + pattern + ". It printed:\n" + String.join("\n", lines));
                }
                remainingNs = changed.awaitNanos(remainingNs);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + name, e);
        } finally {
            lock.unlock();
        }
    }

    /** The newest lines that it printed. */
    String log() {
        lock.lock();
        try {
            return String.join("\n", lines);
        } finally {
            lock.unlock();
        }
    }

    /** Writes a line to its standard input. */
    void say(String line) {
        try {
            BufferedWriter input = process.outputWriter();
            input.write(line);
            input.newLine();
            input.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " no longer listens. It printed:\n" + log(), e);
        }
    }

    boolean isRunning() {
        return process.isAlive();
    }

    long processId() {
        return process.pid();
    }

    /** Asks it to end (SIGTERM) and gives its exit code. @throws AssertionError when it still ran after the time */
    int terminate(long timeoutMs) {
        // Of the handle, not of the process: that would close the pipe, and the program would die of what it prints
        // last.
        process.toHandle().destroy();
        return awaitExit(timeoutMs);
    }

    /** Its exit code once it has ended by itself. @throws AssertionError when it still ran after the time */
    int awaitExit(long timeoutMs) {
        try {
            if (!process.waitFor(timeoutMs, TimeUnit.MILLISECONDS)) {
                throw new AssertionError(name + " still ran after " + timeoutMs + " ms. It printed:\n" + log());
            }
            reader.join(LAST_WORDS_MS);
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + name, e);
        }
    }

    /** Ends it on the spot (SIGKILL), as a crash would. */
    void kill() {
        process.toHandle().destroyForcibly();
        awaitExit(KILL_WAIT_MS);
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            kill();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(killer);
        } catch (IllegalStateException e) {
            // The test's process is ending already, and the hook does its work.
        }
    }
}
