package io.spillway.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Figures of rounds that measure the same, by name; those of the first are dropped. */
final class Rounds {

    private final Map<String, List<Double>> rows = new LinkedHashMap<>();

    void add(String name, double value) {
        rows.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
    }

    /** Median, least and most of each but the first of a row; of a row that is not a number, nothing. */
    void print(PrintStream out) {
        rows.forEach((name, all) -> {
            List<Double> counted = all.subList(1, all.size());
            if (!counted.isEmpty() && counted.stream().noneMatch(each -> each.isNaN())) {
                out.printf(
                        Locale.ROOT,
                        "%-28s %8.3f %8.3f %8.3f%n",
                        name,
                        median(counted),
                        Collections.min(counted),
                        Collections.max(counted));
            }
        });
    }

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
