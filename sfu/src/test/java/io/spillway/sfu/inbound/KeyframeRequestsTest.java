package io.spillway.sfu.inbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyframeRequestsTest {

    private static final long MS = 1_000_000L;

    private final RttEstimate rtt = new RttEstimate();
    private final KeyframeRequests requests = new KeyframeRequests(rtt, true);

    @Test
    void shouldSendOneForManyWhoWant() {
        assertTrue(requests.want(0));
        assertFalse(requests.want(0));
        assertFalse(requests.want(0));
        assertTrue(requests.take(0));
        assertFalse(requests.take(0));
        assertEquals(2, requests.merged());
        assertEquals(1, requests.sent());
    }

    @Test
    void shouldKeepTheWindowBetweenTwoAnsweredRequests() {
        requests.want(0);
        requests.take(0);
        requests.onKeyframe(100 * MS);
        assertTrue(requests.want(200 * MS));
        assertFalse(requests.take(200 * MS));
        assertEquals(500 * MS, requests.nextDeadlineNs());
        assertTrue(requests.take(500 * MS));
    }

    @Test
    void shouldNeedNoRequestWhenAKeyframeComesWithinTheWindow() {
        requests.want(0);
        requests.take(0);
        requests.onKeyframe(100 * MS);
        requests.want(200 * MS);
        requests.onKeyframe(300 * MS);
        assertEquals(Long.MAX_VALUE, requests.nextDeadlineNs());
        assertFalse(requests.take(500 * MS));
    }

    /** R22 and R23 together: twice the round trip, but never more often than the window allows. */
    @ParameterizedTest
    @CsvSource({"10, 500", "250, 500", "300, 600", "400, 800", "700, 1000"})
    void shouldRepeatUnansweredRequests(long rttMs, long everyMs) {
        rtt.onSample(rttMs * MS);
        requests.want(0);
        assertTrue(requests.take(0));
        assertEquals(everyMs * MS, requests.nextDeadlineNs());
        assertFalse(requests.take(everyMs * MS - 1));
        assertTrue(requests.take(everyMs * MS));
    }

    @Test
    void shouldLeaveDeafPublisherAlone() {
        assertEquals(List.of(0L, 500L, 1000L, 1500L, 2000L), sentMs(0, 60_000));
        assertTrue(requests.isDeaf());
        assertFalse(requests.want(2600 * MS));
        // Someone still wants one much later: one request, not repeated.
        assertEquals(List.of(70_000L), sentMs(70_000, 75_000));
    }

    @Test
    void shouldHearAgainWhenALateRequestIsAnswered() {
        sentMs(0, 10_000);
        requests.onKeyframe(10_000 * MS);
        assertTrue(requests.isDeaf(), "a keyframe of its own accord proves nothing");
        assertEquals(List.of(20_000L), sentMs(20_000, 20_200));
        requests.onKeyframe(20_200 * MS);
        assertFalse(requests.isDeaf());
        assertTrue(requests.want(20_600 * MS));
        assertTrue(requests.take(20_700 * MS));
    }

    @Test
    void shouldNeverAskWhoAgreedToNeitherPliNorFir() {
        KeyframeRequests impossible = new KeyframeRequests(rtt, false);
        assertFalse(impossible.want(0));
        assertFalse(impossible.take(0));
        assertTrue(impossible.isDeaf());
    }

    private List<Long> sentMs(long fromMs, long toMs) {
        List<Long> sent = new ArrayList<>();
        requests.want(fromMs * MS);
        for (long nowMs = fromMs; nowMs < toMs; nowMs += 10) {
            if (requests.take(nowMs * MS)) {
                sent.add(nowMs);
            }
        }
        return sent;
    }
}
