package io.spillway.bench.goals;

import java.io.IOException;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a run found out: figures by name, or why there is none, and the rows that people read. Prints progress as it grows. */
final class Report {

    /** What one row says: the subject, its value, and what is to be known of it. */
    private record Row(String subject, String value, String note) {}

    private final PrintStream out;
    private final long startNs = System.nanoTime();
    private final Map<String, @Nullable Double> figures = new LinkedHashMap<>();
    private final Map<String, String> reasons = new LinkedHashMap<>();
    private final List<Row> rows = new ArrayList<>();

    /** A report that names the figures wanted in any case, in this order. */
    Report(PrintStream out, List<String> wanted) {
        this.out = out;
        for (String name : wanted) {
            figures.put(name, null);
            reasons.put(name, "not measured in this run");
        }
    }

    /** Tells what is being done. */
    void progress(String what) {
        out.printf(Locale.ROOT, "[%4.0f s] %s%n", elapsedSeconds(), what);
        out.flush();
    }

    double elapsedSeconds() {
        return (System.nanoTime() - startNs) / 1e9;
    }

    void figure(String name, double value) {
        figures.put(name, value);
        reasons.remove(name);
    }

    /** Says why a figure is missing. */
    void missing(String name, String reason) {
        figures.put(name, null);
        reasons.put(name, reason);
    }

    void row(String subject, String value, String note) {
        rows.add(new Row(subject, value, note));
        progress(subject + ": " + value + (note.isEmpty() ? "" : "  (" + note + ")"));
    }

    void print() {
        int subject = rows.stream().mapToInt(row -> row.subject.length()).max().orElse(0);
        int value = rows.stream().mapToInt(row -> row.value.length()).max().orElse(0);
        out.println();
        for (Row row : rows) {
            out.println(String.format(
                            Locale.ROOT,
                            "%-" + Math.max(1, subject) + "s  %-" + Math.max(1, value) + "s  %s",
                            row.subject,
                            row.value,
                            row.note)
                    .stripTrailing());
        }
    }

    void write(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Files.writeString(file, json());
    }

    /** One object: each figure as a number, or null with its reason under the name with Reason behind it; then the rows. */
    String json() {
        List<String> members = new ArrayList<>();
        figures.forEach((name, value) -> {
            members.add(quote(name) + ": " + (value == null ? "null" : number(value)));
            String reason = reasons.get(name);
            if (reason != null) {
                members.add(quote(name + "Reason") + ": " + quote(reason));
            }
        });
        List<String> lines = new ArrayList<>();
        for (Row row : rows) {
            lines.add("    [" + quote(row.subject) + ", " + quote(row.value) + ", " + quote(row.note) + "]");
        }
        members.add("\"rows\": [\n" + String.join(",\n", lines) + "\n  ]");
        return "{\n  " + String.join(",\n  ", members) + "\n}\n";
    }

    /** Four digits at least, and no exponent. */
    private static String number(double value) {
        int digits = value == 0 ? 0 : Math.max(0, 3 - (int) Math.floor(Math.log10(Math.abs(value))));
        return BigDecimal.valueOf(value)
                .setScale(digits, RoundingMode.HALF_UP)
                .stripTrailingZeros()
                .toPlainString();
    }

    private static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
