package io.spillway.whipwhep.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.MediaKind;
import io.spillway.media.live.StreamName;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.StreamStatus;
import io.spillway.sfu.StreamStatus.Choice;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What of a stream's state becomes an event, when, and in which words. */
final class EventStreamTest {

    private static final long SECOND_NS = 1_000_000_000L;
    private static final int LINE = 1;

    private static final Choice SMALL = new Choice("l", 0, 0, 320, 180, 150_000, 0, true);
    private static final Choice LARGE = new Choice("h", 0, 1, 1280, 720, 1_500_000, 2_000_000, true);
    private static final Choice PAUSED = new Choice("m", 0, 0, 640, 360, 0, 0, false);

    private long nowNs;
    private final Ear ear = new Ear();

    /** A reader that remembers that it was called. */
    private static final class Ear implements EventStream.Reader {

        private boolean ready;
        private boolean ended;

        @Override
        public void onReady() {
            ready = true;
        }

        @Override
        public void onEnd() {
            ended = true;
        }
    }

    @Test
    void shouldTellHowThingsStandInTheDraftsShapes() {
        EventStream stream = stream(EnumSet.allOf(EventKind.class), LINE);
        stream.attach(ear);
        assertTrue(ear.ready);
        assertEquals(":\n\n", stream.take(ear), "opens at once");
        stream.tell(new Seen(live(3, SMALL, LARGE, PAUSED)), nowNs);
        stream.reconnect();
        assertEquals("""
                event: active
                data: {}

                event: layers
                data: {"1":[{"rid":"h","spatialLayerId":0,"temporalLayerId":1,"bitrate":1500000,"targetBitrate":2000000,"width":1280,"height":720},\
                {"rid":"l","spatialLayerId":0,"temporalLayerId":0,"bitrate":150000,"width":320,"height":180},\
                {"rid":"m","spatialLayerId":0,"temporalLayerId":0,"width":640,"height":360}]}

                event: reconnect
                data: {}

                event: viewercount
                data: {"viewercount":3}

                """, stream.take(ear));
        assertEquals("", stream.take(ear));
    }

    @Test
    void shouldNameALayerWithoutRidByItsNumbers() {
        EventStream stream = stream(Set.of(EventKind.LAYERS), 0);
        stream.attach(ear);
        stream.tell(new Seen(live(1, new Choice("", 0, 0, 0, 0, 700_000, 0, true))), nowNs);
        assertEquals(
                "event: layers\ndata: {\"0\":[{\"spatialLayerId\":0,\"temporalLayerId\":0,\"bitrate\":700000}]}\n\n",
                stream.take(ear));
    }

    @Test
    void shouldTellOfEndsOnlyAfterBeginnings() {
        EventStream stream = stream(Set.of(EventKind.ACTIVE, EventKind.INACTIVE), LINE);
        stream.attach(ear);
        stream.take(ear);
        stream.tell(new Seen(offline(1)), nowNs);
        stream.tell(new Seen(null), nowNs);
        assertEquals("", stream.take(ear), "no initial inactive");
        stream.tell(new Seen(live(1, SMALL)), nowNs);
        assertEquals("event: active\ndata: {}\n\n", stream.take(ear));
        stream.tell(new Seen(offline(1)), nowNs);
        assertEquals("event: inactive\ndata: {}\n\n", stream.take(ear));
        stream.tell(new Seen(live(1, SMALL)), nowNs);
        stream.tell(new Seen(offline(1)), nowNs);
        stream.tell(new Seen(live(1, SMALL)), nowNs);
        assertEquals("event: active\ndata: {}\n\n", stream.take(ear), "a slow reader hears what holds");
    }

    @Test
    void shouldTellOfThePictureOnlyOnceItWasPaused() {
        EventStream stream = stream(Set.of(EventKind.PICTURE), LINE);
        stream.attach(ear);
        stream.take(ear);
        stream.tellPicture(false);
        assertEquals("", stream.take(ear), "it is what a viewer expects");
        ear.ready = false;
        stream.tellPicture(true);
        assertTrue(ear.ready);
        assertEquals("event: picture\ndata: {\"paused\":true}\n\n", stream.take(ear));
        stream.tellPicture(true);
        assertEquals("", stream.take(ear));
        stream.tellPicture(false);
        assertEquals("event: picture\ndata: {\"paused\":false}\n\n", stream.take(ear));
    }

    @Test
    void shouldCountInSteps() {
        EventStream stream = stream(Set.of(EventKind.VIEWERCOUNT), LINE);
        stream.attach(ear);
        stream.take(ear);
        stream.tell(new Seen(live(1, SMALL)), nowNs);
        assertEquals("event: viewercount\ndata: {\"viewercount\":1}\n\n", stream.take(ear));
        for (int viewers = 2; viewers < 6; viewers++) {
            nowNs += SECOND_NS / 5;
            stream.tell(new Seen(live(viewers, SMALL)), nowNs);
            assertEquals("", stream.take(ear));
        }
        nowNs += SECOND_NS / 5;
        stream.tell(new Seen(live(6, SMALL)), nowNs);
        assertEquals("event: viewercount\ndata: {\"viewercount\":6}\n\n", stream.take(ear));
    }

    @Test
    void shouldTellOfLayersAtOnceAndOfRatesNowAndThen() {
        EventStream stream = stream(Set.of(EventKind.LAYERS), LINE);
        stream.attach(ear);
        stream.tell(new Seen(live(1, rate(100_000))), nowNs);
        stream.take(ear);
        nowNs += SECOND_NS;
        stream.tell(new Seen(live(1, rate(110_000))), nowNs);
        assertEquals("", stream.take(ear));
        nowNs += 2 * SECOND_NS;
        stream.tell(new Seen(live(1, rate(120_000))), nowNs);
        assertTrue(stream.take(ear).contains("\"bitrate\":120000"));
        stream.tell(new Seen(live(1, rate(120_000), LARGE)), nowNs);
        assertTrue(stream.take(ear).contains("\"rid\":\"h\""));
        stream.tell(new Seen(busy()), nowNs);
        assertEquals("", stream.take(ear), "a loop that did not answer tells of no layers");
        stream.tell(new Seen(offline(1)), nowNs);
        assertEquals("event: layers\ndata: {\"1\":[]}\n\n", stream.take(ear));
    }

    @Test
    void shouldTellNoLayersToWhoPlaysNoVideo() {
        EventStream stream = stream(EnumSet.allOf(EventKind.class), -1);
        stream.attach(ear);
        stream.tell(new Seen(live(1, SMALL)), nowNs);
        assertEquals("event: active\ndata: {}\n\nevent: viewercount\ndata: {\"viewercount\":1}\n\n", stream.take(ear));
    }

    @Test
    void shouldKeepASilentConnectionAlive() {
        EventStream stream = stream(Set.of(EventKind.ACTIVE), LINE);
        stream.attach(ear);
        stream.take(ear);
        ear.ready = false;
        nowNs += 9 * SECOND_NS;
        stream.tell(new Seen(null), nowNs);
        assertEquals("", stream.take(ear));
        assertEquals(false, ear.ready);
        nowNs += SECOND_NS;
        stream.tell(new Seen(null), nowNs);
        assertTrue(ear.ready);
        assertEquals(":\n\n", stream.take(ear));
        stream.tell(new Seen(null), nowNs);
        assertEquals("", stream.take(ear));
    }

    @Test
    void shouldTellTheNextReaderWhatHolds() {
        EventStream stream = stream(Set.of(EventKind.ACTIVE, EventKind.INACTIVE), LINE);
        stream.attach(ear);
        stream.tell(new Seen(live(1, SMALL)), nowNs);
        stream.take(ear);
        Ear next = new Ear();
        stream.attach(next);
        assertTrue(ear.ended);
        assertEquals("", stream.take(ear));
        assertEquals("event: active\ndata: {}\n\n", stream.take(next));
        stream.detach(ear);
        stream.tell(new Seen(offline(1)), nowNs);
        assertEquals("event: inactive\ndata: {}\n\n", stream.take(next), "who was dismissed dismisses nobody");
        stream.end();
        assertTrue(next.ended);
        Ear late = new Ear();
        stream.attach(late);
        assertTrue(late.ended);
    }

    @Test
    void shouldKnowItsKindsByName() throws Rejected {
        assertEquals("active,inactive,layers,reconnect,viewercount", EventKind.LABELS);
        assertEquals(
                EnumSet.complementOf(EnumSet.of(EventKind.PICTURE)),
                ViewerEvents.kinds(List.of()),
                "ours is for who knows of it");
        assertEquals(Set.of(EventKind.PICTURE), ViewerEvents.kinds(List.of("picture")));
        assertEquals(
                Set.of(EventKind.ACTIVE, EventKind.LAYERS), ViewerEvents.kinds(List.of("layers", "active", "layers")));
        Rejected refusal = assertThrows(Rejected.class, () -> ViewerEvents.kinds(List.of("active", "scte35")));
        assertEquals(400, refusal.status());
    }

    private EventStream stream(Set<EventKind> wanted, int videoLine) {
        return new EventStream("id", videoLine, wanted, nowNs);
    }

    private static Choice rate(long bitrateBps) {
        return new Choice("l", 0, 0, 320, 180, bitrateBps, 0, true);
    }

    private static StreamStatus live(int viewers, Choice... choices) {
        return new StreamStatus(
                new StreamName("show"),
                true,
                Instant.EPOCH,
                "test",
                viewers,
                List.of(
                        new StreamStatus.Track(
                                MediaKind.AUDIO,
                                Codec.OPUS,
                                List.of(),
                                List.of(new Choice("", 0, 0, 0, 0, 64_000, 0, true))),
                        new StreamStatus.Track(MediaKind.VIDEO, Codec.VP8, List.of(), List.of(choices))),
                List.of());
    }

    private static StreamStatus busy() {
        return new StreamStatus(new StreamName("show"), true, null, null, 1, List.of(), List.of());
    }

    private static StreamStatus offline(int viewers) {
        return new StreamStatus(new StreamName("show"), false, null, null, viewers, List.of(), List.of());
    }
}
