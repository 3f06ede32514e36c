package io.spillway.whipwhep;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.spillway.sfu.Rejected;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** W28, for callers that a test on one machine cannot be. */
final class ThrottleTest {

    /** Each row: may {@code second} ask once {@code first} has used up a budget of one? */
    @ParameterizedTest
    @CsvSource(textBlock = """
            192.0.2.1,            192.0.2.1,               429
            192.0.2.1,            ::ffff:192.0.2.1,        429
            192.0.2.1,            192.0.2.2,               0
            2001:db8:1:2::1,      2001:db8:1:2:ffff::9,    429
            2001:db8:1:2::1,      2001:db8:1:3::1,         0
            127.0.0.1,            127.0.0.1,               0
            127.9.9.9,            127.9.9.9,               0
            ::1,                  ::1,                     0
            """)
    void shouldTakeANetworkForOneCaller(String first, String second, int status) {
        Throttle throttle =
                new Throttle(new Policy(new RateLimit(1, 1), new RateLimit(9, 9), 1, false, false), () -> 0);

        assertEquals(0, take(throttle, first));
        assertEquals(status, take(throttle, second));
    }

    /** A demo on one machine, and an office behind one address, join in a burst. */
    @Test
    void shouldLetFiftyJoinAtOnceByDefault() {
        Throttle throttle = new Throttle(Policy.standard(), () -> 0);
        for (int i = 0; i < 50; i++) {
            assertEquals(0, take(throttle, "192.0.2.1"));
        }
    }

    private static int take(Throttle throttle, String address) {
        try {
            throttle.take(InetAddress.ofLiteral(address), null);
            return 0;
        } catch (Rejected refusal) {
            assertEquals(1, refusal.retryAfterSeconds());
            return refusal.status();
        }
    }
}
