package io.spillway.signaling.metrics;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Prometheus text 0.0.4, read as strictly as the format is written down: samples by name with labels. */
final class PrometheusText {

    private static final String NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
    private static final String LABEL = "[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\\n]|\\\\[\"\\\\n])*\"";
    private static final Pattern SAMPLE = Pattern.compile("(" + NAME + ")(\\{(?:" + LABEL + ",?)*})? (\\S+)");
    private static final Pattern TYPE =
            Pattern.compile("# TYPE (" + NAME + ") (counter|gauge|histogram|summary|untyped)");
    private static final Pattern HELP = Pattern.compile("# HELP (" + NAME + ") .*");

    private final Map<String, Double> samples = new HashMap<>();

    PrometheusText(String text) {
        if (!text.endsWith("\n")) {
            throw new AssertionError("the last line does not end");
        }
        Set<String> types = new HashSet<>();
        text.lines().forEach(line -> {
            Matcher type = TYPE.matcher(line);
            if (type.matches()) {
                if (!types.add(type.group(1))) {
                    throw new AssertionError("two types: " + line);
                }
                return;
            }
            if (HELP.matcher(line).matches()) {
                return;
            }
            Matcher sample = SAMPLE.matcher(line);
            if (!sample.matches()) {
                throw new AssertionError("not a sample: " + line);
            }
            String labels = sample.group(2) == null ? "" : sample.group(2);
            double value =
                    sample.group(3).equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(sample.group(3));
            if (samples.put(sample.group(1) + labels, value) != null) {
                throw new AssertionError("twice: " + line);
            }
        });
    }

    /** The value of a sample, written as {@code name{label="value"}}. */
    double value(String sample) {
        Double value = samples.get(sample);
        if (value == null) {
            throw new AssertionError(sample + " is not among " + samples.keySet());
        }
        return value;
    }

    boolean hasName(String name) {
        return samples.keySet().stream().anyMatch(sample -> sample.equals(name) || sample.startsWith(name + "{"));
    }

    Set<String> samples() {
        return samples.keySet();
    }
}
