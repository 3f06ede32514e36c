package io.spillway.hls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.hls.stream.HlsSettings;
import io.spillway.hls.stream.Part;
import io.spillway.hls.stream.Rendition;
import io.spillway.hls.stream.Segment;
import io.spillway.media.live.Publication;
import io.spillway.media.live.StreamName;
import io.spillway.media.live.Track;
import io.spillway.media.time.PublisherClock;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
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
    private long nowNs = START_NS;
    private final LiveHls live = fresh();

    /** How long after its capture a picture of each layer arrives. */
    private final long[] delayNs = {20 * MS, 20 * MS, 20 * MS};

    /** The picture from which on each layer is sent. */
    private final long[] from = {0, 0, 0};

    /** By how many pictures its keys come later. */
    private final long[] keysBehind = {0, 0, 0};

    private final long[] next = {0, 0, 0};
    private final boolean[] owed = {true, true, true};

    private long nowNs() {
        return nowNs;
    }

    private LiveHls fresh() {
        return new LiveHls(
                StreamName.parse("live").orElseThrow(),
                new HlsSettings(200, 1_000, 30_000, 64 << 20),
                this::nowNs,
                0,
                Runnable::run,
                () -> new Transcoding(Optional.empty(), Optional.empty(), Optional.empty()),
                new SecureRandom(),
                _ -> {});
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

    private Publication publication() {
        return new Publication(
                List.of(new Track(layers.stream().map(each -> each.layer).toList())), Instant.EPOCH, "");
    }

    private void publish() {
        live.load();
        live.onSource(new LiveHls.Source(publication(), Runnable::run));
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
        assertTrue(text(one).contains(".m4s?token=key\n"));
        for (int i = 0; i < 100; i++) {
            shown.media(0, Directives.NONE, carrying("token=" + i));
        }
        HlsReply late = shown.media(0, Directives.NONE, carrying("token=99"));
        assertNull(late.gzip());
        assertEquals(text(one).replace("token=key", "token=99"), text(late));
    }

    /** X9, X15: what is written for callers who all carry something else, as much as may be carried, is what they carry and no more: no playlist of a hundred addresses for each. */
    @Test
    void shouldHoldNoMoreThanWhatIsCarriedForThoseWhoCarrySomethingElseEach() {
        publish();
        play(8, null);
        Snapshot shown = live.ask();
        List<HlsReply> replies = new ArrayList<>();
        List<HlsReply> waited = new ArrayList<>();
        Directives next = new Directives(shown.renditions().getFirst().lastSequence() + 1, 0, false);
        for (int i = 0; i < 500; i++) {
            Carried own = carrying("x=" + i + "&y=" + "z".repeat(2_000));
            replies.add(Objects.requireNonNull(shown.multivariant(own)));
            replies.add(Objects.requireNonNull(shown.manifest(own)));
            replies.add(shown.media(0, new Directives(-1, -1, true), own));
            live.await(now -> now.satisfies(0, next) ? now.media(0, next, own) : null, waited::add);
        }
        play(2, null);
        assertEquals(500, waited.size());
        replies.addAll(waited);
        List<HlsReply> apart =
                replies.stream().filter(reply -> reply.gzip() == null).toList();
        assertEquals(2_000 - 16, apart.size(), "four of each kind are kept whole");
        Set<byte[]> held = Collections.newSetFromMap(new IdentityHashMap<>());
        apart.forEach(reply -> held.addAll(reply.body()));
        long bytes = held.stream().mapToLong(each -> each.length).sum();
        int whole = text(waited.getLast()).length();
        assertTrue(bytes < 2_000 * 2_050L + whole, () -> bytes + " bytes beside " + whole);
        // All who waited got the same but for what they carry, each their own.
        assertEquals(
                1,
                waited.stream()
                        .map(reply -> text(reply).replaceAll("x=\\d+&", ""))
                        .distinct()
                        .count());
        assertEquals(500, waited.stream().map(LiveHlsTest::text).distinct().count());
        assertTrue(text(waited.getLast()).contains(".m4s?x="));
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

    /** Who changes codecs again and again takes no more memory than others, and is packaged all the same. */
    @Test
    void shouldTakeUpNoMoreThanOnceASecondWhatChangesAllTheTime() {
        publish();
        play(2, null);
        for (int i = 0; i < 600; i++) {
            layers.forEach(layer -> layer.restart(nowNs));
            IntStream.range(0, 3).forEach(each -> owed[each] = true);
            play(0.035, null);
        }
        List<Segment> segments = live.ask().renditions().getFirst().segments();
        long breaks = segments.stream().filter(Segment::discontinuity).count();
        assertTrue(breaks > 2 && breaks < 26, breaks + " breaks in 21 s");
        assertEquals(1, live.rings());
        play(8, null);
        assertEquals(ALL, offered());
    }

    /** Whoever comes while nobody sends, or when the next publisher has just begun, waits: near the end there are gaps only, or nothing yet of what there will be. */
    @ParameterizedTest
    @CsvSource({"0", "300", "1200", "4000", "12000"})
    void shouldTellOfNothingBetweenTwoPublishers(long awayMs) {
        publish();
        play(5, null);
        assertEquals(ALL, offered());
        live.onSource(null);
        long leftNs = nowNs;
        for (; nowNs < leftNs + awayMs * MS; nowNs += 5 * MS) {
            live.turn(nowNs);
            assertTrue(index() == null || nowNs - leftNs < 1_800 * MS, "it is told that nobody is there");
        }
        for (int i = 0; i < 3; i++) {
            next[i] = (nowNs - START_NS) / TestLayer.FRAME_NS;
            owed[i] = true;
        }
        from[0] = next[0] + 20;
        layers.forEach(layer -> layer.restart(nowNs));
        live.onSource(new LiveHls.Source(publication(), Runnable::run));
        long returnedNs = nowNs;
        do {
            play(0.005, null);
        } while (index() == null && nowNs - returnedNs < 8_000 * MS);
        assertEquals(ALL, offered());
        assertTrue(nowNs - returnedNs > 1_000 * MS, "a segment was whole");
        assertTrue(nowNs - returnedNs < 4_500 * MS, (nowNs - returnedNs) / MS + " ms");
        for (Rendition each : live.ask().renditions()) {
            Segment last = each.segments().getLast();
            assertEquals(live.ask().renditions().getFirst().segments().getLast().period(), last.period());
            assertTrue(last.parts().stream().noneMatch(Part::gap), each::name);
        }
        for (int i = 0; i < 600; i++) {
            play(0.005, null);
            assertEquals(ALL, offered());
        }
    }

    /** Who plays DASH reads the manifest on while nobody sends. */
    @Test
    void shouldGiveTheManifestOnBetweenTwoPublishers() {
        publish();
        play(5, null);
        live.onSource(null);
        for (int i = 0; i < 2_000; i++) {
            nowNs += 5 * MS;
            live.turn(nowNs);
            assertNotNull(live.ask().manifest(Carried.NONE));
        }
        assertNull(index());
    }

    /** Publications that follow each other while no loop answers have two rings, and the last one is packaged when one does. */
    @Test
    void shouldWaitForARingWhereALoopHasNotLetItGo() {
        Publication publication = publication();
        List<Runnable> stuck = new ArrayList<>();
        live.load();
        for (int i = 0; i < 6; i++) {
            live.onSource(new LiveHls.Source(publication, stuck::add));
            play(2, null);
        }
        live.onSource(new LiveHls.Source(publication, Runnable::run));
        play(5, null);
        assertEquals(2, live.rings());
        assertEquals(List.of(), live.ask().renditions());
        stuck.forEach(Runnable::run);
        play(5, null);
        assertEquals(ALL, offered());
    }

    private List<HlsReply> ask(String file, String query) {
        List<HlsReply> replies = new ArrayList<>();
        if (file.endsWith(".m3u8")) {
            HlsBridge.media(live, live.ask(), file, query, Carried.NONE, replies::add);
        } else {
            HlsBridge.file(live, live.ask(), file, replies::add);
        }
        return replies;
    }

    private Rendition picture() {
        return live.ask().renditions().getFirst();
    }

    private static boolean lists(HlsReply reply, long sequence, int part) {
        String text = text(reply);
        long first = Long.parseLong(text.lines()
                .filter(line -> line.startsWith("#EXT-X-MEDIA-SEQUENCE:"))
                .findFirst()
                .orElseThrow()
                .substring(22));
        long whole = text.lines().filter(line -> line.startsWith("#EXTINF")).count();
        long parts = text.substring(text.lastIndexOf("#EXTINF") + 1)
                .lines()
                .filter(line -> line.startsWith("#EXT-X-PART:"))
                .count();
        return sequence < first + whole || (sequence == first + whole && part >= 0 && part < parts);
    }

    /** H21: until it is there, a part beyond its segment's end is the first of the next. H22: what is there already is given at once. */
    @ParameterizedTest
    @CsvSource({"0, -1", "0, 3", "0, 9", "1, -1", "1, 0", "1, 2", "2, -1", "-1, -1", "-1, 1", "-1, 9", "-3, -1"})
    void shouldAnswerWhenItIsThereAndNotBefore(int ahead, int part) {
        publish();
        play(6, null);
        long last = picture().open().sequence();
        long sequence = last + ahead;
        List<HlsReply> replies = ask("v0.m3u8", "_HLS_msn=" + sequence + (part < 0 ? "" : "&_HLS_part=" + part));
        assertEquals(ahead < 0 && part < 9 ? 1 : replies.size(), replies.size(), "at once");
        for (int i = 0; i < 1_000 && replies.isEmpty(); i++) {
            Rendition now = picture();
            assertFalse((part < 9 && now.has(sequence, part)) || now.has(sequence + 1, 0), "it is there");
            play(0.005, null);
        }
        HlsReply reply = replies.getFirst();
        assertEquals(200, reply.status());
        assertTrue(lists(reply, sequence, part), () -> text(reply));
    }

    /** H24. */
    @ParameterizedTest
    @CsvSource({"2, true", "3, false", "90, false"})
    void shouldRefuseToWaitForWhatIsFarAhead(int ahead, boolean allowed) {
        publish();
        play(6.1, null);
        List<HlsReply> replies = ask("v0.m3u8", "_HLS_msn=" + (picture().lastSequence() + ahead));
        assertEquals(
                allowed ? List.of() : List.of(400),
                replies.stream().map(HlsReply::status).toList());
    }

    /** H25: also while nothing changes. */
    @Test
    void shouldTellThatItDidNotComeInTime() {
        publish();
        play(6, null);
        live.onSource(null);
        live.turn(nowNs);
        long sequence = picture().open().sequence() + 2;
        List<HlsReply> replies = new ArrayList<>();
        live.await(_ -> null, replies::add);
        long askedNs = nowNs;
        while (replies.isEmpty() && nowNs - askedNs < 20_000 * MS) {
            play(0.005, null);
        }
        assertEquals(503, replies.getFirst().status());
        assertTrue(nowNs - askedNs >= 9_000 * MS && nowNs - askedNs < 9_100 * MS, (nowNs - askedNs) / MS + " ms");
        assertTrue(picture().open().sequence() > sequence, "gaps go on meanwhile (H15)");
    }

    /** H17, H26: who waits is told, and what is asked for afterwards, in whatever words, is what there is. */
    @Test
    void shouldIgnoreDirectivesOfWhatHasEnded() {
        publish();
        play(6, null);
        live.onSource(null);
        play(29, null);
        assertFalse(picture().ended(), "its publisher may come back");
        List<HlsReply> waiting = ask("v0.m3u8", "_HLS_msn=" + (picture().lastSequence() + 2));
        String hinted = picture().nextPartUri();
        List<HlsReply> early = ask(hinted, "");
        assertEquals(List.of(), early);
        play(2, null);
        assertTrue(picture().ended());
        assertTrue(text(waiting.getFirst()).endsWith("#EXT-X-ENDLIST\n"), "who waits");
        assertFalse(offered().isEmpty(), "what was can be watched");
        String all = text(ask("v0.m3u8", "").getFirst());
        assertTrue(all.endsWith("#EXT-X-ENDLIST\n") && !all.contains("PRELOAD-HINT"), all);
        for (String query : List.of(
                "_HLS_msn=" + (picture().lastSequence() + 90),
                "_HLS_msn=1&_HLS_skip=YES",
                "_HLS_part=1",
                "_HLS_msn=x",
                "_HLS_msn=-1")) {
            HlsReply reply = ask("v0.m3u8", query).getFirst();
            assertEquals(200, reply.status(), query);
            assertEquals(all, text(reply), query);
            assertEquals(HlsReply.SHARED_BRIEFLY, reply.cacheControl(), query);
        }
        // H9: what was hinted at came as a gap or never will.
        HlsReply never = ask(picture().nextPartUri(), "").getFirst();
        assertEquals(404, never.status());
        assertEquals(404, early.getFirst().status(), "a gap has no bytes");
    }

    /** H9. */
    @Test
    void shouldGiveTheHintedPartWhenItIsWhole() {
        publish();
        play(6, null);
        String hinted = picture().nextPartUri();
        List<HlsReply> early = ask(hinted, "");
        assertEquals(List.of(), early);
        play(0.3, null);
        assertEquals(200, early.getFirst().status());
        assertTrue(live.shelf().find(hinted).isPresent());
    }

    private List<HlsReply> askManifest(long known) {
        List<HlsReply> replies = new ArrayList<>();
        HlsBridge.manifest(live, known, Carried.NONE, replies::add);
        return replies;
    }

    private static long begun(HlsReply manifest) {
        return Long.parseLong(text(manifest).replaceAll("(?s).*<Location>manifest-(\\d+)\\.mpd</Location>.*", "$1"));
    }

    /** H47: a manifest is followed by the one that says more, when that is so: no cache can hold it for too long, and all who have one wait for the same. */
    @Test
    void shouldGiveTheNextManifestWhenASegmentHasBegun() {
        publish();
        play(6, null);
        long known = begun(askManifest(-1).getFirst());
        for (int i = 0; i < 10; i++) {
            List<HlsReply> next = askManifest(known);
            long askedNs = nowNs;
            while (next.isEmpty()) {
                long least = live.ask().renditions().stream()
                        .mapToLong(Rendition::lastSequence)
                        .min()
                        .orElseThrow();
                assertEquals(known, least, "it was there before");
                assertTrue(nowNs - askedNs < 2_000 * MS);
                play(0.005, null);
            }
            assertEquals(known + 1, begun(next.getFirst()));
            for (Rendition each : live.ask().renditions()) {
                assertEquals(known + 1, each.lastSequence(), each.name());
            }
            known++;
        }
        assertEquals(known, begun(askManifest(known - 1).getFirst()), "another has begun already");
        assertEquals(known, begun(askManifest(known + 90).getFirst()), "of a run before");
    }

    /** Where nothing comes the same is said again, and not that it failed. */
    @Test
    void shouldSayTheSameAgainWhereNoSegmentBegins() {
        publish();
        play(6, null);
        live.onSource(null);
        play(0.5, null);
        long known = begun(askManifest(-1).getFirst());
        List<HlsReply> next = askManifest(known);
        assertEquals(List.of(), next);
        long askedNs = nowNs;
        while (next.isEmpty()) {
            assertTrue(nowNs - askedNs < 4_000 * MS);
            play(0.005, null);
        }
        assertEquals(200, next.getFirst().status());
        // It ends.
        List<HlsReply> last = askManifest(begun(next.getFirst()));
        play(40, null);
        assertEquals(200, last.getFirst().status());
        String end = text(askManifest(picture().lastSequence()).getFirst());
        assertFalse(end.contains("<Location>"), end);
    }

    /** Players that were here before a restart of the server, and caches, know names and numbers of then. */
    @Test
    void shouldNameNothingAsTheRunBeforeDid() {
        publish();
        play(120, number -> number % 15 == 0);
        long last = picture().lastSequence();
        String uri = picture().open().uri();
        LiveHls again = fresh();
        again.load();
        again.onSource(new LiveHls.Source(publication(), Runnable::run));
        again.turn(nowNs);
        for (int i = 0; i < 400; i++) {
            long number = next[0]++;
            layers.forEach(layer -> layer.send(number, number % 15 == 0, nowNs));
            again.turn(nowNs);
            nowNs += TestLayer.FRAME_NS;
        }
        Rendition now = again.ask().renditions().getFirst();
        assertTrue(now.firstSequence() > last, now.firstSequence() + " after " + last);
        assertFalse(now.nextPartUri().startsWith(uri.substring(0, uri.lastIndexOf('-'))), uri);
    }

    /** A tag stands for one text: who polls would be told for ever that nothing has changed. Texts change without a new part, too. */
    @Test
    void shouldTagEachTextAnew() {
        publish();
        Map<String, String> tagged = new HashMap<>();
        for (int i = 0; i < 2_000; i++) {
            play(0.005, null);
            Snapshot shown = live.ask();
            if (shown.multivariant(Carried.NONE) == null) {
                continue;
            }
            for (HlsReply each : Arrays.asList(
                    shown.multivariant(Carried.NONE),
                    shown.manifest(Carried.NONE),
                    shown.media(0, Directives.NONE, Carried.NONE),
                    shown.media(0, new Directives(-1, -1, true), Carried.NONE))) {
                HlsReply reply = Objects.requireNonNull(each);
                assertTrue(reply.etag().matches("\"[0-9a-z.]+\""), reply::etag);
                String known = tagged.putIfAbsent(reply.etag(), text(reply));
                assertTrue(known == null || known.equals(text(reply)), reply::etag);
            }
        }
        assertEquals(
                tagged.values().stream().distinct().count(), tagged.size(), "what has not changed has the same tag");
    }

    private static String text(HlsReply reply) {
        StringBuilder text = new StringBuilder();
        reply.body().forEach(chunk -> text.append(new String(chunk, StandardCharsets.UTF_8)));
        return text.toString();
    }

    private static Carried carrying(String query) {
        return Objects.requireNonNull(Carried.parse(query));
    }
}
