package io.spillway.media.problem;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9457, RFC 8259 §7. */
class ProblemJsonTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "404 | not-live | Nobody publishes a. | {\"type\":\"urn:spillway:problem:not-live\",\"title\":\"Not live\",\"status\":404,\"detail\":\"Nobody publishes a.\"}",
                "400 | bad | a \"b\" \\ | {\"type\":\"urn:spillway:problem:bad\",\"title\":\"Bad\",\"status\":400,\"detail\":\"a \\\"b\\\" \\\\\"}",
                "400 | bad | ä\u0001b | {\"type\":\"urn:spillway:problem:bad\",\"title\":\"Bad\",\"status\":400,\"detail\":\"\\u00e4\\u0001b\"}",
                "503 | `` | `` | {\"type\":\"urn:spillway:problem:\",\"title\":\"\",\"status\":503,\"detail\":\"\"}",
            })
    void shouldWriteRefusals(int status, String type, String sentence, String json) {
        assertEquals(json, ProblemJson.of(status, type, sentence));
    }
}
