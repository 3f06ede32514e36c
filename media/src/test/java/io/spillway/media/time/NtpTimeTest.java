package io.spillway.media.time;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NtpTimeTest {

    /** RFC 5905 figure 4 gives the first three; the last is the second after era 0 ends. */
    @ParameterizedTest
    @CsvSource({
        "1970-01-01T00:00:00Z, 2208988800",
        "1972-01-01T00:00:00Z, 2272060800",
        "1999-12-31T00:00:00Z, 3155587200",
        "2036-02-07T06:28:17Z, 1",
    })
    void shouldConvertKnownInstants(Instant instant, long ntpSeconds) {
        long unixNs = instant.getEpochSecond() * 1_000_000_000L;
        assertEquals(ntpSeconds << 32, NtpTime.fromUnixNs(unixNs));
        assertEquals(unixNs, NtpTime.toUnixNs(ntpSeconds << 32));
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "-1", "999999999", "123456789123456789", "-5000000001"})
    void shouldGiveBackTheSpan(long ns) {
        assertEquals(ns, NtpTime.toNs(NtpTime.fromNs(ns)));
    }

    /** RFC 3550 §6.4.1, figure 2: 0xb44db705 20000000 and 0xb705:2000. */
    @ParameterizedTest
    @CsvSource({"b44db70520000000, b7052000"})
    void shouldTakeTheMiddle(String ntp, String middle) {
        assertEquals(Integer.parseUnsignedInt(middle, 16), NtpTime.middle(Long.parseUnsignedLong(ntp, 16)));
    }
}
