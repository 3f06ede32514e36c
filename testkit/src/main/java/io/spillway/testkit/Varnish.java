package io.spillway.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A real Varnish of this machine, run with a configuration under test on a folder of its own. Close it to end it. */
public final class Varnish implements AutoCloseable {

    private final ListeningProgram program;

    private Varnish(ListeningProgram program) {
        this.program = program;
    }

    /**
     * Starts it and returns when it listens on loopback.
     *
     * @param folder for its files, empty
     * @param configuration in VCL
     * @throws IllegalStateException when Varnish is not installed, ends, or never listens; with its log
     */
    public static Varnish start(Path folder, String configuration) throws IOException {
        String varnishd = ListeningProgram.find("varnishd", "varnish");
        Path vcl = Files.writeString(folder.resolve("under-test.vcl"), configuration);
        // Nobody else's user is taken, whom the folder would not let in, and nobody can give it orders.
        return new Varnish(ListeningProgram.start(
                folder.resolve("log").toFile(),
                port -> List.of(
                        varnishd,
                        "-F",
                        "-j",
                        "none",
                        "-n",
                        folder.resolve("work").toAbsolutePath().toString(),
                        "-a",
                        "127.0.0.1:" + port,
                        "-T",
                        "none",
                        "-f",
                        vcl.toAbsolutePath().toString(),
                        "-s",
                        "malloc,256m")));
    }

    /** Where it listens on loopback. */
    public int port() {
        return program.port();
    }

    @Override
    public void close() {
        program.close();
    }
}
