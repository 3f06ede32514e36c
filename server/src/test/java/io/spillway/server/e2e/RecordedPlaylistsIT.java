package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.MultivariantRules;
import io.spillway.testkit.MultivariantRules.Rate;
import io.spillway.testkit.PlaylistRules;
import io.spillway.testkit.PlaylistRules.ASegment;
import io.spillway.testkit.client.FfmpegWhip;
import io.spillway.testkit.client.FfmpegWhip.Source;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** H48: what Safari and its validator hold playlists to, over all that a running server gives to players who follow each part of each rendition, while the publisher is killed and comes back. */
final class RecordedPlaylistsIT {

    private static final Source SOURCE = new Source(960, 540, 10, 10, 800_000, "", List.of());

    /** What is sent, what is made of it, sound as AAC and as it is sent. */
    private static final Set<String> RENDITIONS = Set.of("v0.m3u8", "v480.m3u8", "v360.m3u8", "a0.m3u8", "a1.m3u8");

    /** Segments that are recorded of each publisher: with the time between them more than a delta keeps whole. */
    private static final int SEGMENTS = 12;

    /** A frame at ten a second; sound is cut within a packet of where the picture is. */
    private static final double PICTURE_APART_S = 0.1;

    private static final double SOUND_APART_S = 0.03;

    private static final long LOOK_NS = 100_000_000L;

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** One answer, and when it was asked for and came. */
    private record Answer(long askedNs, long cameNs, String text, PlaylistRules rules) {}

    /** Who follows one rendition by blocking reload, as players do, and keeps all that came. */
    private static final class Follower {
        private final String folder;
        private final String name;
        private final List<Answer> answers = new ArrayList<>();
        private final List<String> deltas = new ArrayList<>();

        Follower(String folder, String name) {
            this.folder = folder;
            this.name = name;
        }

        PlaylistRules newest() {
            return answers.getLast().rules();
        }

        /** What comes next, and the delta of that moment if it can be had. */
        void follow() {
            String query = answers.isEmpty() ? "" : "?" + newest().nextDirectives();
            long askedNs = System.nanoTime();
            HttpResponse<byte[]> answer = send(folder + name + ".m3u8" + query);
            long cameNs = System.nanoTime();
            String text = text(answer);
            if (answer.statusCode() == 404 && text.matches("(?s).*:rendition-(shed|silent)\".*")) {
                // Of a machine that is busy besides: what is recorded begins anew when it is made again.
                answers.clear();
                deltas.clear();
                LockSupport.parkNanos(LOOK_NS);
                return;
            }
            assertEquals(200, answer.statusCode(), text);
            answers.add(new Answer(askedNs, cameNs, text, PlaylistRules.check(text)));
            deltas.add(query.isEmpty() ? "" : text(send(folder + name + ".m3u8" + query + "&_HLS_skip=YES")));
        }

        /** Follows until it sees something. */
        void until(Predicate<PlaylistRules> seen) {
            long deadlineNs = System.nanoTime() + 2 * Scene.PATIENCE_MS * 1_000_000L;
            do {
                follow();
                assertTrue(
                        System.nanoTime() < deadlineNs,
                        () -> answers.isEmpty()
                                ? name + " is not made"
                                : answers.getLast().text());
            } while (answers.isEmpty() || !seen.test(newest()));
        }

        /** Each playlist beside the one before it, each delta beside what it stands for; gives how many deltas left something out. */
        int check() {
            int skipping = 0;
            for (int i = 1; i < answers.size(); i++) {
                PlaylistRules now = answers.get(i).rules();
                PlaylistRules before = answers.get(i - 1).rules();
                now.checkAfter(before);
                String delta = deltas.get(i);
                if (PlaylistRules.isOfOneMoment(delta, answers.get(i).text())) {
                    now.checkDelta(delta, before);
                    skipping += delta.contains("#EXT-X-SKIP:") ? 1 : 0;
                }
            }
            return skipping;
        }

        /** What came before a time, or was asked for after it: the nearest. */
        @Nullable
        PlaylistRules near(long ns, boolean before) {
            PlaylistRules found = null;
            for (Answer each : before ? answers : answers.reversed()) {
                if (before ? each.cameNs() > ns : each.askedNs() < ns) {
                    break;
                }
                found = each.rules();
            }
            return found;
        }
    }

    private static HttpResponse<byte[]> send(String url) {
        try {
            return HTTP.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new AssertionError(url, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private static String get(String url) {
        HttpResponse<byte[]> answer = send(url);
        String text = text(answer);
        assertEquals(200, answer.statusCode(), () -> url + ": " + text);
        return text;
    }

    /** Those that are made are there when the server has found time for them. */
    private static void awaitRenditions(String folder) {
        String index = "";
        for (int i = 0; i < 2 * Scene.PATIENCE_MS * 1_000_000L / LOOK_NS; i++) {
            index = get(folder + "index.m3u8");
            if (MultivariantRules.check(index).renditions().equals(RENDITIONS)) {
                return;
            }
            LockSupport.parkNanos(LOOK_NS);
        }
        throw new AssertionError(index);
    }

    private static boolean hasBothPublishers(PlaylistRules rules) {
        List<ASegment> all = rules.segments();
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).discontinuity()) {
                return all.size() - i >= SEGMENTS;
            }
        }
        return false;
    }

    @Test
    void shouldKeepEveryRuleWhileThePublisherIsKilledAndReturns() throws Exception {
        try (Scene scene = Scene.open()) {
            String folder = scene.server().url("/hls/live/");
            Map<String, Follower> followers = new HashMap<>();
            RENDITIONS.forEach(each -> {
                String name = each.replace(".m3u8", "");
                followers.put(name, new Follower(folder, name));
            });
            try (FfmpegWhip first = FfmpegWhip.start(scene.server().url("/whip/live"), SOURCE)) {
                first.awaitSending(Scene.PATIENCE_MS);
                awaitRenditions(folder);
                followAll(followers, rules -> rules.segments().size() >= SEGMENTS);
                first.kill();
                followAll(followers, rules -> rules.segments().getLast().gap());
            }
            try (FfmpegWhip second = FfmpegWhip.start(scene.server().url("/whip/live"), SOURCE)) {
                followAll(followers, RecordedPlaylistsIT::hasBothPublishers);
                int skipping =
                        followers.values().stream().mapToInt(Follower::check).sum();
                assertTrue(skipping > 10, skipping + " deltas that leave something out");
                checkTogether(followers);
                checkWhatIsListed(folder, followers);
                assertTrue(second.isRunning());
            }
        }
    }

    /** All at once, until each has seen something: nobody misses a part while another waits. */
    private static void followAll(Map<String, Follower> followers, Predicate<PlaylistRules> seen)
            throws InterruptedException, ExecutionException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            AtomicInteger waiting = new AtomicInteger(followers.size());
            followers
                    .values()
                    .forEach(each -> all.add(threads.submit(() -> {
                        each.until(seen);
                        waiting.decrementAndGet();
                        each.until(_ -> waiting.get() == 0);
                    })));
            for (Future<?> each : all) {
                each.get();
            }
        }
    }

    private static void checkTogether(Map<String, Follower> followers) {
        followers.forEach((name, follower) -> {
            for (Answer answer : follower.answers) {
                Map<String, PlaylistRules> before = new HashMap<>();
                Map<String, PlaylistRules> after = new HashMap<>();
                followers.forEach((other, its) -> {
                    PlaylistRules early = its.near(answer.askedNs(), true);
                    PlaylistRules late = its.near(answer.cameNs(), false);
                    if (early != null) {
                        before.put(other, early);
                    }
                    if (late != null) {
                        after.put(other, late);
                    }
                });
                answer.rules().checkReports(name, before, after);
            }
            PlaylistRules leading = followers.get("v0").newest();
            follower.newest().checkBeside(leading, name.startsWith("v") ? PICTURE_APART_S : SOUND_APART_S);
            assertTrue(follower.newest().segments().stream().anyMatch(ASegment::gap), name);
        });
    }

    /** All of it can be had at once (H18), and takes what the multivariant playlist tells (H38). */
    private static void checkWhatIsListed(String folder, Map<String, Follower> followers) {
        Map<String, Rate> rates = new HashMap<>();
        followers.forEach((name, follower) -> {
            double peakBps = 0;
            double bits = 0;
            double seconds = 0;
            for (ASegment segment : follower.newest().segments()) {
                if (!segment.gap()) {
                    HttpResponse<byte[]> file = send(folder + segment.uri());
                    assertEquals(200, file.statusCode(), segment::uri);
                    double its = 8.0 * file.body().length;
                    peakBps = Math.max(peakBps, its / segment.duration());
                    bits += its;
                    seconds += segment.duration();
                }
            }
            rates.put(name + ".m3u8", new Rate(peakBps, bits / seconds));
        });
        MultivariantRules index = MultivariantRules.check(get(folder + "index.m3u8"));
        assertTrue(
                RENDITIONS.containsAll(index.renditions()),
                () -> index.renditions().toString());
        assertEquals(Set.of("mp4a.40.2", "opus"), index.soundCodecs());
        index.checkRates(rates);
    }
}
