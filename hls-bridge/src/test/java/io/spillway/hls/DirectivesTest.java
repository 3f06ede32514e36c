package io.spillway.hls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Delivery directives: what is read, what is refused, what is let pass (H21, H23, H29, X15). */
class DirectivesTest {

    @ParameterizedTest
    @CsvSource({
        "_HLS_msn=7, 7, -1, false",
        "_HLS_msn=7&_HLS_part=3, 7, 3, false",
        "token=a%20b&_HLS_part=0&_HLS_msn=0&_HLS_skip=YES, 0, 0, true",
        "_HLS_skip=v2, -1, -1, true",
        "_HLS_skip=no, -1, -1, false",
        "_HLS_report=x&_HLS_new, -1, -1, false",
        "_HLS_msn=7&_HLS_msn=9, 7, -1, false",
        "_HLS_msn=999999999999999&_HLS_part=999999999999999, 999999999999999, 2147483647, false",
    })
    void shouldRead(String query, long sequence, int part, boolean skip) {
        assertEquals(new Directives(sequence, part, skip), Directives.parse(query));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "_HLS_part=1",
                "_HLS_msn=",
                "_HLS_msn",
                "_HLS_msn=-1",
                "_HLS_msn=1.0",
                "_HLS_msn=0x10",
                "_HLS_msn=٣",
                "_HLS_msn=1&_HLS_part=-1",
                "_HLS_msn=1&_HLS_part=x",
                "_HLS_msn=1000000000000000",
                "_HLS_msn=99999999999999999999999999",
            })
    void shouldRefuse(String query) {
        assertNull(Directives.parse(query));
    }

    @Test
    void shouldAskForNothingWithoutAQuery() {
        assertEquals(Directives.NONE, Directives.parse(null));
        assertEquals(Directives.NONE, Directives.parse(""));
    }
}
