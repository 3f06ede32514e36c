package io.spillway.testkit.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/** A script of ours for Node.js with the npm packages that its lock file names, put once into a folder below {@code target}. Needs Node.js and npm. */
final class NodeTool {

    private static final long TIMEOUT_MS = 120_000;

    private NodeTool() {}

    /**
     * Makes the folder ready.
     *
     * @param name of the folder, and of that of the resources below {@code /clients}
     * @param script beside {@code package.json} and {@code package-lock.json}
     */
    static Path prepared(String name, String script) {
        Path folder = Path.of("target", name).toAbsolutePath();
        try {
            Files.createDirectories(folder);
            for (String file : List.of("package.json", "package-lock.json", script)) {
                try (InputStream in = NodeTool.class.getResourceAsStream("/clients/" + name + "/" + file)) {
                    if (in == null) {
                        throw new IllegalStateException("testkit lacks /clients/" + name + "/" + file);
                    }
                    Files.copy(in, folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            if (!Files.exists(folder.resolve("node_modules"))) {
                run("npm", List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"), Map.of(), folder);
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(script + " cannot be prepared in " + folder, e);
        }
    }

    /** Runs a program that ends by itself, and gives what it printed. @throws IllegalStateException when it failed or is missing */
    static String run(String name, List<String> command, Map<String, String> environment, Path folder) {
        try (Child child = Child.start(name, command, environment, folder)) {
            if (child.awaitExit(TIMEOUT_MS) != 0) {
                throw new IllegalStateException(
                        String.join(" ", command) + " failed in " + folder + ":\n" + child.log());
            }
            return child.log();
        } catch (UncheckedIOException missing) {
            throw new IllegalStateException(name + " does not start; on Debian: apt-get install nodejs npm", missing);
        }
    }
}
