package io.spillway.hls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.spillway.hls.stream.HlsSettings;
import io.spillway.hls.stream.Part;
import io.spillway.hls.stream.Rendition;
import io.spillway.hls.stream.Segment;
import io.spillway.media.live.Publication;
import io.spillway.media.live.StreamName;
import io.spillway.media.live.Track;
import io.spillway.media.time.PublisherClock;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the first one to ask for a stream hears, in virtual time. */
class SoundStartTest {

    private static final long MS = 1_000_000;
    private static final long START_NS = 5_000_000_000_000L;

    private final PublisherClock clock = new PublisherClock();
    private final TestLayer picture = new TestLayer("r", 7, clock);
    private final TestLayer sound = TestLayer.opus(clock);
    private long nowNs = START_NS;
    private long pictures;
    private long packets;

    private final LiveHls live = new LiveHls(
            StreamName.parse("live").orElseThrow(),
            new HlsSettings(200, 1_000, 30_000, 64 << 20),
            () -> nowNs,
            0,
            Runnable::run,
            () -> new Transcoding(Optional.empty(), Optional.empty(), Optional.empty()),
            new SecureRandom(),
            _ -> {});

    private void publishFor(long ms, boolean asked) {
        long endNs = nowNs + ms * MS;
        for (; nowNs < endNs; nowNs += 5 * MS) {
            for (; START_NS + pictures * TestLayer.FRAME_NS <= nowNs; pictures++) {
                picture.send(pictures, picture.isKeyWanted(), nowNs);
            }
            for (; START_NS + packets * TestLayer.SOUND_NS <= nowNs; packets++) {
                sound.sound(packets, nowNs);
            }
            if (asked) {
                live.turn(nowNs);
            }
        }
    }

    /** Browsers make a key when they are asked for one only: the newest picture to begin with may be seconds old, and who sees it hears it. */
    @ParameterizedTest
    @CsvSource({"300, sound first", "1500, sound first", "2800, sound first", "1500, picture first"})
    void shouldBeginWithThePicture(long publishedMs, String order) {
        publishFor(publishedMs, false);
        Stream<TestLayer> layers = order.startsWith("sound") ? Stream.of(sound, picture) : Stream.of(picture, sound);
        List<Track> tracks =
                layers.map(layer -> new Track(List.of(layer.layer))).toList();
        live.load();
        live.onSource(new LiveHls.Source(new Publication(tracks, Instant.EPOCH, ""), Runnable::run));
        publishFor(4_000, true);
        List<Rendition> all = live.ask().renditions();
        assertEquals(List.of("v0", "a1"), all.stream().map(Rendition::name).toList());
        for (Rendition each : all) {
            Segment first = each.segments().getFirst();
            assertEquals(0, first.startTicks() * 1_000 / each.format().timescale() - 10_000, each.name());
            assertFalse(first.parts().stream().anyMatch(Part::gap), () -> each.name() + " begins with a gap");
        }
    }
}
