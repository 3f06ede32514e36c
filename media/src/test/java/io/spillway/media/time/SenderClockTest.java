package io.spillway.media.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SenderClockTest {

    private static final long MS = 1_000_000L;

    private final PublisherClock publisher = new PublisherClock();
    private final SenderClock video = new SenderClock(90_000, publisher);
    private final SenderClock audio = new SenderClock(48_000, publisher);

    @Test
    void shouldMapByLeastDelayedArrivalWithoutReports() {
        assertFalse(video.isSet());
        int[] jitterMs = {30, 5, 20, 0, 12};
        for (int i = 0; i < jitterMs.length; i++) {
            assertTrue(video.onPacket(9000 * i, (100L * i + jitterMs[i]) * MS));
        }
        assertTrue(video.isSet());
        assertFalse(video.hasReport());
        assertEquals(300 * MS, video.captureNs(9000 * 3));
        assertEquals(450 * MS, video.captureNs(9000 * 4 + 4500));
    }

    @Test
    void shouldPutAudioAndVideoOnOneClockWhateverTheirDelays() {
        // Captured together at publisher time 1000 s; video's packets and report are 80 ms later in the network than
        // audio's.
        long ntp = 1000L << 32;
        audio.onPacket(48_000, 20 * MS);
        video.onPacket(700, 100 * MS);
        assertTrue(audio.onSenderReport(ntp, 48_000, 20 * MS));
        assertTrue(video.onSenderReport(ntp, 700, 100 * MS));

        assertEquals(20 * MS, audio.captureNs(48_000));
        assertEquals(20 * MS, video.captureNs(700));
        assertEquals(1020 * MS, video.captureNs(90_700));
    }

    @Test
    void shouldMoveBothWhenALessDelayedReportComes() {
        audio.onSenderReport(1000L << 32, 0, 500 * MS);
        video.onSenderReport(1001L << 32, 0, 1400 * MS);
        assertEquals(400 * MS, audio.captureNs(0));
        assertEquals(1400 * MS, video.captureNs(0));
    }

    @Test
    void shouldFallBackToArrivalsWhenThePublishersClockIsSet() {
        audio.onPacket(0, 0);
        video.onPacket(0, 0);
        audio.onSenderReport(1000L << 32, 0, 10 * MS);
        video.onSenderReport(1000L << 32, 0, 10 * MS);
        audio.onPacket(48_000, 1000 * MS);
        // An hour forward; audio has no report on the new clock yet.
        video.onPacket(90_000, 1000 * MS);
        assertTrue(video.onSenderReport(4601L << 32, 90_000, 1010 * MS));

        assertFalse(audio.hasReport());
        assertEquals(1000 * MS, audio.captureNs(48_000));
        assertEquals(1010 * MS, video.captureNs(90_000));
        assertTrue(audio.onSenderReport(4601L << 32, 48_000, 1012 * MS));
        assertEquals(1010 * MS, audio.captureNs(48_000));
    }

    @Test
    void shouldNotBelieveReportThatMapsMediaFarFromItsArrival() {
        video.onPacket(90_000, 1000 * MS);
        assertFalse(video.onSenderReport(1000L << 32, 90_000 * 60, 1000 * MS));
        assertFalse(video.hasReport());
    }

    @Test
    void shouldBorrowAnotherSourcesReportOnlyOnTheSameBase() {
        SenderClock low = new SenderClock(90_000, publisher);
        SenderClock other = new SenderClock(90_000, publisher);
        video.onPacket(90_000, 1000 * MS);
        low.onPacket(90_000, 1040 * MS);
        other.onPacket(123_456_789, 1000 * MS);
        video.onSenderReport(1000L << 32, 90_000, 1010 * MS);

        assertTrue(low.borrowReport(1000L << 32, 90_000, 1010 * MS));
        assertEquals(video.captureNs(99_000), low.captureNs(99_000));
        assertFalse(other.borrowReport(1000L << 32, 90_000, 1010 * MS));
        assertFalse(other.hasReport());
        assertFalse(video.borrowReport(1000L << 32, 90_000, 1010 * MS), "it has one of its own");
    }

    @Test
    void shouldTakeWhatPicturesTakeToComeFromAReportedSourceOfThem() {
        SenderClock other = new SenderClock(90_000, publisher);
        // Captured at 940 ms of our clock, both.
        video.onPacket(90_000, 1000 * MS);
        other.onPacket(123_456_789, 1000 * MS);
        other.borrowTransit(video);
        assertEquals(1000 * MS, other.captureNs(123_456_789), "nothing is reported yet");
        video.onSenderReport(1000L << 32, 90_000, 940 * MS);
        other.borrowTransit(video);
        assertEquals(940 * MS, video.captureNs(90_000));
        assertEquals(940 * MS, other.captureNs(123_456_789));
        assertFalse(other.hasReport());

        long[] state = new long[SenderClock.STATE_LONGS];
        other.copyTo(state);
        SenderClock mirrored = new SenderClock(90_000, new PublisherClock());
        mirrored.copyFrom(state);
        assertEquals(940 * MS, mirrored.captureNs(123_456_789));

        other.onSenderReport(1000L << 32, 123_456_789, 950 * MS);
        assertEquals(940 * MS, other.captureNs(123_456_789), "its own report holds");
    }

    @Test
    void shouldReanchorWhenTimestampsStoodStillDuringAPause() {
        video.onPacket(0, 0);
        assertTrue(video.onPacket(3000, 5000 * MS));
        assertEquals(5000 * MS, video.captureNs(3000));
    }

    @Test
    void shouldTellTimestampJumps() {
        video.onPacket(0, 0);
        assertTrue(video.isJump(90_000 * 60, 100 * MS));
        assertFalse(video.isJump(90_000 * 60, 59_000 * MS), "a minute of silence counted by the timestamps");
        assertFalse(video.onPacket(90_000 * 60, 100 * MS));
        assertEquals(100 * MS, video.captureNs(90_000 * 60));
    }

    @Test
    void shouldSurviveWrapsOfTheTimestamp() {
        long hourNs = 3_600_000 * MS;
        video.onSenderReport(1000L << 32, -5, 0);
        video.onPacket(-5, 0);
        for (long second = 1; second < 100 * 3600; second++) { // 100 h, 7 wraps
            assertTrue(video.onPacket((int) (second * 90_000 - 5), second * 1000 * MS));
        }
        int timestamp = (int) (99L * 3600 * 90_000 - 5);
        assertTrue(Math.abs(99 * hourNs - video.captureNs(timestamp)) < 1000);
        SenderClock unreported = new SenderClock(90_000, new PublisherClock());
        for (long second = 0; second < 100 * 3600; second++) {
            unreported.onPacket((int) (second * 90_000 - 5), second * 1000 * MS);
        }
        assertTrue(Math.abs(99 * hourNs - unreported.captureNs(timestamp)) < 1000);
    }
}
