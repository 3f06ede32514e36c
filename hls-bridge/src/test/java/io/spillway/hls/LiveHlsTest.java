package io.spillway.hls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.hls.stream.HlsSettings;
import io.spillway.hls.stream.Rendition;
import io.spillway.media.live.Publication;
import io.spillway.media.live.StreamName;
import io.spillway.media.live.Track;
import io.spillway.media.time.PublisherClock;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A stream packaged in virtual time, from a publisher's packets to what is answered. */
class LiveHlsTest {

    private static final long MS = 1_000_000;
    private static final long START_NS = 5_000_000_000_000L;

    private final PublisherClock clock = new PublisherClock();
    private final List<TestLayer> layers = IntStream.range(0, 3)
            .mapToObj(number -> new TestLayer("r" + number, 1_000_003 * number, clock))
            .toList();
    private final LiveHls live = new LiveHls(
            StreamName.parse("live").orElseThrow(),
            new HlsSettings(200, 1_000, 30_000, 64 << 20),
            this::nowNs,
            0,
            Runnable::run,
            () -> new Transcoding(Optional.empty(), Optional.empty(), Optional.empty()),
            new SecureRandom(),
            _ -> {});

    /** How long after its capture a picture of each layer arrives. */
    private final long[] delayNs = {20 * MS, 20 * MS, 20 * MS};

    /** The picture from which on each layer is sent. */
    private final long[] from = {0, 0, 0};

    /** By how many pictures its keys come later. */
    private final long[] keysBehind = {0, 0, 0};

    private final long[] next = {0, 0, 0};
    private final boolean[] owed = {true, true, true};
    private long nowNs = START_NS;

    private long nowNs() {
        return nowNs;
    }

    /** Plays on; a key is made of the picture next to a request, of all layers alike, or where {@code keys} says. */
    private void play(double seconds, @Nullable LongPredicate keys) {
        long endNs = nowNs + (long) (seconds * 1_000 * MS);
        for (; nowNs < endNs; nowNs += 5 * MS) {
            for (int i = 0; i < layers.size(); i++) {
                while (START_NS + next[i] * TestLayer.FRAME_NS + delayNs[i] <= nowNs) {
                    long number = next[i]++;
                    if (i == 0 && keys == null && layers.stream().anyMatch(TestLayer::isKeyWanted)) {
                        IntStream.range(0, 3).forEach(each -> owed[each] = true);
                    }
                    if (number < from[i]) {
                        continue;
                    }
                    boolean key = number == from[i] || (keys == null ? owed[i] : keys.test(number - keysBehind[i]));
                    layers.get(i).send(number, key, nowNs);
                    owed[i] &= !key;
                }
            }
            live.turn(nowNs);
        }
    }

    private void publish() {
        Publication publication = new Publication(
                List.of(new Track(layers.stream().map(each -> each.layer).toList())), Instant.EPOCH, "");
        live.load();
        live.onSource(new LiveHls.Source(publication, Runnable::run));
    }

    private @Nullable String index() {
        HlsReply reply = live.ask().multivariant(Carried.NONE);
        return reply == null ? null : new String(reply.body().getFirst(), StandardCharsets.UTF_8);
    }

    private List<String> offered() {
        String index = index();
        return index == null
                ? List.of()
                : index.lines().filter(line -> line.startsWith("v")).sorted().toList();
    }

    private static final List<String> ALL = List.of("v0.m3u8", "v1.m3u8", "v2.m3u8");

    /** Nothing tells yet how the timestamps of the layers relate but when their packets come, and a busy encoder's largest picture comes last. */
    @ParameterizedTest
    @CsvSource({"20,20,20", "80,50,20", "20,50,80", "140,20,20"})
    void shouldOfferAllLayersThoughSomeComeLater(long first, long second, long third) {
        delayNs[0] = first * MS;
        delayNs[1] = second * MS;
        delayNs[2] = third * MS;
        publish();
        play(4, null);
        assertEquals(ALL, offered());
    }

    /** Browsers begin with their smallest layer. */
    @Test
    void shouldWaitForALayerThatBeginsLater() {
        from[0] = 70;
        from[1] = 40;
        publish();
        play(2.2, null);
        assertNull(index(), "told too early nobody would have the others");
        play(3, null);
        assertEquals(ALL, offered());
    }

    /** What is shown is made anew a few times a second and not with each turn. */
    @Test
    void shouldShowNothingNewWhereNothingChanged() {
        publish();
        play(3, null);
        Set<Snapshot> shown = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < 200; i++) {
            play(0.005, null);
            shown.add(live.ask());
        }
        // Three layers in parts of a fifth of a second.
        assertTrue(shown.size() >= 5 && shown.size() <= 18, shown.size() + " in a second");
    }

    /** OBS makes a key each eight seconds whatever it is asked (O5). */
    @Test
    void shouldOfferAllLayersOfAPublisherThatIsDeafToRequests() {
        publish();
        play(7, number -> number % 240 == 0);
        assertEquals(ALL, offered());
    }

    /** A layer that is announced and not sent is no reason to wait. */
    @Test
    void shouldNotWaitForALayerThatIsNotSent() {
        from[0] = Long.MAX_VALUE;
        publish();
        play(2.6, null);
        assertEquals(List.of("v1.m3u8", "v2.m3u8"), offered());
    }

    /** H20: where keys come at other times only one is offered, and the wait for the others ends. */
    @Test
    void shouldOfferOneLayerWhereKeysAreElsewhere() {
        publish();
        keysBehind[1] = 12;
        keysBehind[2] = 24;
        play(7, number -> number % 36 == 0);
        assertEquals(1, offered().size(), index());
    }

    /** H32, H37: all who watch by a stream's key carry the same, and their playlist is written and compressed once; who carries something of its own is not remembered (X15). */
    @Test
    void shouldWriteOnceForAllWhoCarryTheSame() {
        publish();
        play(4, null);
        Snapshot shown = live.ask();
        HlsReply one = shown.media(0, Directives.NONE, carrying("token=key"));
        HlsReply other = shown.media(0, Directives.NONE, carrying("_HLS_msn=7&token=key"));
        assertSame(one.body().getFirst(), other.body().getFirst());
        assertSame(Objects.requireNonNull(one.gzip()), other.gzip());
        assertTrue(new String(one.body().getFirst(), StandardCharsets.UTF_8).contains(".m4s?token=key\n"));
        for (int i = 0; i < 100; i++) {
            shown.media(0, Directives.NONE, carrying("token=" + i));
        }
        HlsReply late = shown.media(0, Directives.NONE, carrying("token=99"));
        assertTrue(new String(late.body().getFirst(), StandardCharsets.UTF_8).contains(".m4s?token=99\n"));
        assertNotSame(
                late.body().getFirst(),
                shown.media(0, Directives.NONE, carrying("token=99")).body().getFirst());
    }

    /** hls.js without low latency waits for a part of the next segment with the index of the last one's last part, and gives up where that is refused (H24). */
    @Test
    void shouldLetPlayersOfWholeSegmentsWaitForTheEndOfTheNext() {
        publish();
        play(7, number -> number % 240 == 0);
        int most = 0;
        for (int i = 0; i < 2_000; i++) {
            play(0.005, number -> number % 240 == 0);
            Snapshot shown = live.ask();
            Rendition rendition = shown.renditions().getFirst();
            int last = rendition.segments().getLast().parts().size() - 1;
            most = Math.max(most, last);
            for (long sequence : List.of(rendition.lastSequence(), rendition.lastSequence() + 1)) {
                assertFalse(shown.isTooFar(0, new Directives(sequence, last, false)), sequence + " " + last);
            }
            assertTrue(shown.isTooFar(0, new Directives(rendition.lastSequence() + 1, 15, false)));
        }
        assertEquals(14, most, "parts of segments that are as long as they get, from 0");
    }

    private static Carried carrying(String query) {
        return Objects.requireNonNull(Carried.parse(query));
    }
}
