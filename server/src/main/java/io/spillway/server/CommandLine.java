package io.spillway.server;

import io.spillway.server.config.ConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What was asked for on the command line.
 *
 * @param operands what the command is to work on
 */
record CommandLine(Command command, Optional<Path> configFile, List<String> operands) {

    enum Command {
        START("", "start the server"),
        CHECK("check", "validate the configuration and test the ports and announced addresses"),
        MUX("mux", "make an MP4 of a recording's journal: mux RECORDING [FILE]; RECORDING is its name or its folder"),
        TURN_CONFIG("turn-config", "print a coturn configuration that fits this one"),
        REHEARSE(
                "rehearse",
                "start on free loopback ports and end at once; the launcher does so once to make later starts quick"),
        VERSION("version", "print the version"),
        HELP("help", "print this");

        private final String word;
        private final String meaning;

        Command(String word, String meaning) {
            this.word = word;
            this.meaning = meaning;
        }
    }

    private static final Path DEFAULT_FILE = Path.of("spillway.yaml");

    /** Reads the arguments. @throws ConfigException an argument that means nothing */
    static CommandLine parse(List<String> arguments) throws ConfigException {
        Command command = Command.START;
        List<String> operands = new ArrayList<>();
        Optional<Path> file = Files.isRegularFile(DEFAULT_FILE) ? Optional.of(DEFAULT_FILE) : Optional.empty();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.equals("--config")) {
                if (++i == arguments.size()) {
                    throw new ConfigException("--config needs a file: --config spillway.yaml.");
                }
                file = Optional.of(Path.of(arguments.get(i)));
            } else if (argument.startsWith("--config=")) {
                file = Optional.of(Path.of(argument.substring("--config=".length())));
            } else if (command == Command.MUX && operands.size() < 2) {
                operands.add(argument);
            } else {
                command = command(argument);
            }
        }
        if (command == Command.MUX && operands.isEmpty()) {
            throw new ConfigException(
                    "mux needs a recording: mux RECORDING [FILE], as in mux live-20261127T093000Z movie.mp4.");
        }
        return new CommandLine(command, file, List.copyOf(operands));
    }

    private static Command command(String argument) throws ConfigException {
        return switch (argument) {
            case "-h", "--help" -> Command.HELP;
            case "--version" -> Command.VERSION;
            default ->
                Arrays.stream(Command.values())
                        .filter(each -> !each.word.isEmpty() && each.word.equals(argument))
                        .findFirst()
                        .orElseThrow(() -> new ConfigException("there is no command \"" + argument + "\"; there are "
                                + words() + ", test, and none at all to start the server."));
        };
    }

    private static String words() {
        return Arrays.stream(Command.values())
                .map(each -> each.word)
                .filter(word -> !word.isEmpty())
                .collect(Collectors.joining(", "));
    }

    static String help() {
        StringBuilder help = new StringBuilder(
                "Spillway, a low-latency WebRTC SFU\n\nusage: ./spillway [COMMAND] [--config FILE]\n\n");
        for (Command each : Command.values()) {
            help.append(String.format("  %-12s %s%n", each.word.isEmpty() ? "(none)" : each.word, each.meaning));
        }
        help.append(String.format("  %-12s %s%n", "test", "install what the tests need and run them all"));
        return help.append("\nEvery key of the configuration stands in spillway.yaml, with its meaning and default.\n")
                .toString();
    }
}
