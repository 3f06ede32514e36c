package io.spillway.recorder.jetty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClipRangeTest {

    @ParameterizedTest
    @CsvSource({
        "start=90.5&duration=30, 90.5, 30",
        "duration=0.04&start=0, 0, 0.04",
        "token=abc&start=1&duration=3600, 1, 3600",
    })
    void shouldRead(String query, double startS, double durationS) throws ClipRange.BadException {
        assertEquals(new ClipRange(startS, durationS), ClipRange.parse(query));
    }

    @ParameterizedTest
    @CsvSource({
        ", start is missing",
        "start=1, duration is missing",
        "start=-3&duration=1, start is -3:",
        "start=1&duration=0, duration is 0.0:",
        "start=1&duration=3600.1, duration is 3600.1:",
        "start=1e3&duration=1, start is 1e3:",
        "start=%22%3Cb%3E&duration=1, start is no number:",
        "start=&duration=1, start is missing",
    })
    void shouldSayWhatIsWrongAndWhatIsAllowed(@Nullable String query, String said) {
        String sentence = assertThrows(ClipRange.BadException.class, () -> ClipRange.parse(query))
                .sentence();
        assertTrue(sentence.startsWith(said), sentence);
        assertTrue(sentence.contains("up to 3600 s"), sentence);
    }

    @Test
    void shouldSayHowFarTheRecordingReaches() {
        assertEquals(
                "start is 700.0: the recording lasts 655.3 s so far, so it has to be less.",
                new ClipRange(700, 30).beyond(655.31));
    }
}
