package io.spillway.media.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamNameTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "Z",
                "0",
                "9",
                "_",
                "-",
                "az-AZ_09",
                "0123456789012345678901234567890123456789012345678901234567890123"
            })
    void shouldTakeNames(String name) {
        assertEquals(Optional.of(new StreamName(name)), StreamName.parse(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "a/b",
                "a b",
                "a\n",
                "\u00e4",
                "a%41",
                "@",
                "[",
                "`",
                "{",
                "/",
                ":",
                "\uff10",
                "01234567890123456789012345678901234567890123456789012345678901234"
            })
    void shouldRefuseAllElse(String name) {
        assertEquals(Optional.empty(), StreamName.parse(name));
        assertThrows(IllegalArgumentException.class, () -> new StreamName(name));
    }

    @Test
    void shouldSayWhatIsAllowed() {
        assertEquals("[A-Za-z0-9_-]{1,64}", StreamName.ALLOWED);
    }
}
