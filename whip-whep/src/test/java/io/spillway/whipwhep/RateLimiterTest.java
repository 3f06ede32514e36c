package io.spillway.whipwhep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Seeds;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class RateLimiterTest {

    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private final RateLimiter<String> limiter = new RateLimiter<>(new RateLimit(3, 2), 2);

    @Test
    void shouldPassABurstThenTheRate() {
        for (int i = 0; i < 3; i++) {
            assertEquals(0, limiter.take("a", 0));
        }
        assertEquals(1, limiter.take("a", 0));
        assertEquals(1, limiter.take("a", SECOND_NS / 2 - 1));
        assertEquals(0, limiter.take("a", SECOND_NS / 2));
        assertEquals(1, limiter.take("a", SECOND_NS / 2));
    }

    @Test
    void shouldGiveTheWholeBurstBackAfterRest() {
        for (int i = 0; i < 3; i++) {
            limiter.take("a", 0);
        }
        for (int i = 0; i < 3; i++) {
            assertEquals(0, limiter.take("a", 10 * SECOND_NS));
        }
        assertEquals(1, limiter.take("a", 10 * SECOND_NS));
    }

    @Test
    void shouldSayTheSecondsToWait() {
        RateLimiter<String> slow = new RateLimiter<>(new RateLimit(1, 1), 2);
        slow.take("a", 0);

        assertEquals(1, slow.take("a", 0));
        assertEquals(0, slow.take("a", SECOND_NS));
    }

    @Test
    void shouldForgetWhoWasHeardOfLongestAgoWhenFull() {
        for (int i = 0; i < 3; i++) {
            limiter.take("a", 0);
            limiter.take("b", 0);
        }
        limiter.take("a", 0);
        limiter.take("c", 0);

        assertEquals(1, limiter.take("a", 0), "still known");
        assertEquals(0, limiter.take("b", 0), "forgotten");
    }

    @Test
    void shouldCountAcrossTheClocksWrap() {
        long nowNs = Long.MAX_VALUE - SECOND_NS;
        for (int i = 0; i < 3; i++) {
            assertEquals(0, limiter.take("a", nowNs));
        }
        assertEquals(1, limiter.take("a", nowNs));
        assertEquals(0, limiter.take("a", nowNs + 2 * SECOND_NS));
    }

    /** In any span, no more than the burst and the rate times the span; and who waits as told is let in. */
    @Seeds(50)
    void shouldNeverPassMoreThanBurstAndRate(long seed) {
        Random random = new Random(seed);
        RateLimit limit = new RateLimit(1 + random.nextInt(20), 1 + random.nextInt(50));
        RateLimiter<String> any = new RateLimiter<>(limit, 2);
        long startNs = random.nextLong();
        long nowNs = startNs;
        long passed = 0;
        for (int i = 0; i < 2000; i++) {
            nowNs += random.nextLong(SECOND_NS / 20);
            int waitSeconds = any.take("a", nowNs);
            if (waitSeconds == 0) {
                passed++;
            } else if (random.nextInt(50) == 0) {
                nowNs += waitSeconds * SECOND_NS;
                assertEquals(0, any.take("a", nowNs));
                passed++;
            }
            double spanSeconds = (nowNs - startNs) / (double) SECOND_NS;
            assertTrue(passed <= limit.burst() + spanSeconds * limit.perSecond() + 1, passed + " in " + spanSeconds);
        }
    }
}
