package io.spillway.server;

import io.spillway.server.config.Config;
import io.spillway.server.config.ConfigException;
import io.spillway.server.config.ConfigReader;
import io.spillway.server.json.YamlFile;
import io.spillway.server.logback.Logging;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** The program: {@code ./spillway [COMMAND]}. */
public final class Main {

    static final int EXIT_OTHER = 1;
    static final int EXIT_CONFIGURATION = 2;

    private final Map<String, String> environment;
    private final PrintStream out;
    private final PrintStream err;

    Main(Map<String, String> environment, PrintStream out, PrintStream err) {
        this.environment = environment;
        this.out = out;
        this.err = err;
    }

    public static void main(String[] arguments) {
        int exit = new Main(System.getenv(), System.out, System.err).run(List.of(arguments));
        if (exit != 0) {
            System.exit(exit);
        }
    }

    /** Runs a command to its end; a started server ends with the process. Returns the exit code. */
    int run(List<String> arguments) {
        try {
            CommandLine line = CommandLine.parse(arguments);
            switch (line.command()) {
                case HELP -> out.print(CommandLine.help());
                case VERSION -> out.println("spillway " + Version.current());
                case START -> serve(line);
                case CHECK -> {
                    return Check.run(config(line), out) ? 0 : EXIT_OTHER;
                }
                case MUX -> MuxCommand.run(config(line), line.operands(), out, err);
                case REHEARSE -> Rehearsal.run(out);
                case TURN_CONFIG -> out.print(TurnConfigCommand.render(config(line)));
            }
            return 0;
        } catch (ConfigException refused) {
            err.println("spillway: " + refused.sentence());
            return EXIT_CONFIGURATION;
        } catch (StartException failed) {
            err.println("spillway: " + failed.sentence());
            return failed.exitCode();
        }
    }

    private Config config(CommandLine line) throws ConfigException {
        return ConfigReader.read(
                line.configFile().isPresent() ? YamlFile.read(line.configFile().get()) : Map.of(), environment);
    }

    private void serve(CommandLine line) throws ConfigException, StartException {
        Config config = config(line);
        Logging.configure(config.log());
        LiveSettings live = new LiveSettings(config);
        Spillway spillway = Spillway.start(config, live);
        Thread shutdown = new Thread(spillway::close, "shutdown");
        Runtime.getRuntime().addShutdownHook(shutdown);
        out.print(spillway.banner());
        out.flush();
        try {
            if (line.configFile().isPresent()) {
                ConfigWatch.start(line.configFile().get(), environment, live);
            }
            new CountDownLatch(1).await(); // the process ends by its signal, through the hook above
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (IOException unreadable) {
            throw StartException.other(
                    "the configuration file cannot be watched: " + unreadable.getMessage(), unreadable);
        }
    }
}
