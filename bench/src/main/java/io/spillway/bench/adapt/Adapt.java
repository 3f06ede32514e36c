package io.spillway.bench.adapt;

import io.spillway.sfu.session.Scenario;
import io.spillway.sfu.session.Scenarios;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/** Plays the scenarios of sfu's tests in virtual time, prints a table of them and draws each. Its figures depend on no machine: the same source gives the same. */
final class Adapt {

    private static final Path DOCS = Path.of("..", "docs");
    private static final Path PAGE = DOCS.resolve("adaptation.md");

    /** What follows it on the page is written anew when all are played. */
    private static final String MARK = "<!-- bench/adapt writes what follows. -->\n";

    private Adapt() {}

    /** Words that the names of the scenarios to be played contain one of; without any all are, and the page is written. */
    public static void main(String[] commandLine) throws IOException {
        List<String> words = List.of(commandLine);
        PrintStream out = System.out;
        StringBuilder table = new StringBuilder(Row.HEAD).append('\n');
        StringBuilder pictures = new StringBuilder();
        out.println(Row.HEAD);
        for (Supplier<Scenario> each : Scenarios.all()) {
            Scenario scenario = each.get();
            String name = scenario.name();
            if (words.isEmpty() || words.stream().anyMatch(name::contains)) {
                String row = Row.of(scenario);
                out.println(row);
                table.append(row).append('\n');
                pictures.append("\n![")
                        .append(name)
                        .append("](adaptation/")
                        .append(name)
                        .append(".svg)\n");
                Files.writeString(DOCS.resolve("adaptation").resolve(name + ".svg"), Picture.of(scenario));
            }
        }
        if (words.isEmpty()) {
            String page = Files.readString(PAGE);
            int at = page.indexOf(MARK);
            if (at < 0) {
                throw new IOException(
                        PAGE + " has no line \"" + MARK.strip() + "\" to write the table after: put it back");
            }
            Files.writeString(PAGE, page.substring(0, at) + MARK + "\n" + table + pictures);
        }
    }
}
