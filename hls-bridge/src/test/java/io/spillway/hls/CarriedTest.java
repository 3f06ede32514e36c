package io.spillway.hls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CarriedTest {

    @ParameterizedTest
    @CsvSource(textBlock = """
            token=abc,                                    token=abc
            _HLS_msn=5&_HLS_part=2&token=abc,             token=abc
            token=abc&_HLS_skip=YES&exp=1,                token=abc&exp=1
            _HLS_later=1&_HLS_msn=x,                      ''
            hdnts=exp=17~acl=/hls/*~hmac=0f,              hdnts=exp=17~acl=/hls/*~hmac=0f
            a=%22%0d&&b,                                  a=%22%0d&b
            sig=it's$Time$,                               sig=it%27s%24Time%24
            """)
    void shouldCarryAllButDirectives(String query, String carried) {
        assertEquals(carried, Objects.requireNonNull(Carried.parse(query)).query());
    }

    /** A quoted string, a line or a tag cannot be ended by what a caller sends. */
    @ParameterizedTest
    @ValueSource(strings = {"a=\"", "a=\n#EXTINF", "a=\r", "a=<b>", "a=\u0001", "a=ä", "a= b"})
    void shouldRefuseWhatIsNoQuery(String query) {
        assertNull(Carried.parse(query));
    }

    @Test
    void shouldRefuseWhatIsTooLong() {
        assertNull(Carried.parse("token=" + "x".repeat(Carried.MAX_CHARS)));
    }

    @Test
    void shouldStandAtTheEndOfAddresses() {
        Carried two = Objects.requireNonNull(Carried.parse("token=x&exp=1"));
        assertEquals("?token=x&exp=1", two.inPlaylist());
        assertEquals("?token=x&amp;exp=1", two.inXml());
        assertEquals("", Carried.NONE.inPlaylist());
        assertEquals("", Carried.NONE.inXml());
    }
}
