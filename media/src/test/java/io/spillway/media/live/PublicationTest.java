package io.spillway.media.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.MediaKind;
import io.spillway.media.time.PublisherClock;
import io.spillway.media.time.SenderClock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PublicationTest {

    private static final long MS = 1_000_000L;

    private final PublisherClock clock = new PublisherClock();
    private final Layer high = layer("h");
    private final Layer low = layer("l");
    private final Layer stranger = layer("s");
    private final Track video = new Track(List.of(high, low, stranger));
    private final Publication publication = new Publication(List.of(video), Instant.EPOCH, "agent");

    @Test
    void shouldFindTracksByKind() {
        assertSame(video, publication.track(MediaKind.VIDEO).orElseThrow());
        assertTrue(publication.track(MediaKind.AUDIO).isEmpty());
        assertEquals(MediaKind.VIDEO, video.kind());
        assertEquals(Instant.EPOCH, publication.startedAt());
        assertEquals("agent", publication.publisherAgent());
        assertThrows(IllegalArgumentException.class, () -> new Track(List.of()));
    }

    /** O8, O9: layers that count from one base share the report that only one of them gets. */
    @Test
    void shouldLendAReportToLayersOnTheSameTimestampBase() {
        begin();
        assertTrue(video.onSenderReport(high, 100L << 32, 90_000, 1010 * MS));
        assertTrue(low.clock().hasReport());
        assertEquals(high.clock().captureNs(99_000), low.clock().captureNs(99_000));
        assertFalse(stranger.clock().hasReport());
    }

    @Test
    void shouldLendNothingOfAReportThatIsNotBelieved() {
        begin();
        assertFalse(video.onSenderReport(high, 100L << 32, 90_000 * 100, 1010 * MS));
        assertFalse(low.clock().hasReport());
    }

    @Test
    void shouldTakeReportUnderAnSsrcOfItsOwn() {
        begin();
        publication.onStraySenderReport(100L << 32, 90_000, 1010 * MS);
        assertTrue(high.clock().hasReport());
        assertTrue(low.clock().hasReport());
        assertFalse(stranger.clock().hasReport());
    }

    private void begin() {
        RtpBytes.append(high, RtpBytes.packet(1, 90_000, 100, RtpBytes.IDR), 1, 1000 * MS);
        RtpBytes.append(low, RtpBytes.packet(1, 90_000, 100, RtpBytes.IDR), 1, 1005 * MS);
        RtpBytes.append(stranger, RtpBytes.packet(1, 700_000_000, 100, RtpBytes.IDR), 1, 1005 * MS);
    }

    private Layer layer(String rid) {
        Format format = new Format(Codec.H264, Map.of());
        return new Layer(rid, format, HistoryBounds.VIDEO, new SenderClock(90_000, clock), (layer, nowNs) -> {});
    }
}
