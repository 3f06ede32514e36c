package io.spillway.bench.goals;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {

    private final Report report = new Report(
            new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
            List.of("a", "b", "c", "d"));

    @Test
    void shouldWriteNumbersAndReasons() {
        report.figure("a", 1.23456);
        report.figure("b", 812_345.6);
        report.missing("c", "no \"gcc\"");
        report.row("subject", "value", "note");
        assertEquals("""
                {
                  "a": 1.235,
                  "b": 812346,
                  "c": null,
                  "cReason": "no \\"gcc\\"",
                  "d": null,
                  "dReason": "not measured in this run",
                  "rows": [
                    ["subject", "value", "note"]
                  ]
                }
                """, report.json());
    }

    @Test
    void shouldForgetAReasonOnceThereIsAFigure() {
        report.missing("a", "later");
        report.figure("a", 0);
        report.figure("b", 0.00042);
        assertEquals(
                List.of("  \"a\": 0,", "  \"b\": 0.00042,", "  \"c\": null,"),
                report.json().lines().skip(1).limit(3).toList());
    }
}
