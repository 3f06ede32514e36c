package io.spillway.hls.ladder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.hls.libav.LibavDecoder;
import io.spillway.hls.openh264.OpenH264;
import io.spillway.media.frame.AccessUnit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The thread beside the packaging one. Waits for it are bounded; what it makes is {@link TranscoderTest}'s. */
class LadderTest {

    private static final LadderSettings SETTINGS = new LadderSettings(List.of(360), 200, 1_000);
    private static final VideoCoders CODERS =
            new VideoCoders(LibavDecoder.load(), OpenH264.load(""), OpenH264::lowerPriority);
    private static final long PATIENCE_NS = 30_000_000_000L;

    @TempDir
    Path folder;

    private int made;

    private static void await(BooleanSupplier come) {
        long endNs = System.nanoTime() + PATIENCE_NS;
        while (!come.getAsBoolean()) {
            assertTrue(System.nanoTime() < endNs, "not in time");
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static Ladder ladder(String stream, VideoCoders coders) {
        return new Ladder(stream, SETTINGS, coders, System::nanoTime);
    }

    /** As if it had just arrived. */
    private static AccessUnit now(AccessUnit unit, int frame, byte[] data) {
        long nowNs = System.nanoTime();
        return new AccessUnit(TestClip.ticks(frame), nowNs, nowNs, unit.key(), unit.format(), data);
    }

    private boolean makes(Ladder ladder, int frames) {
        ladder.drain((rung, unit) -> {
            assertEquals("v360", rung);
            made++;
        });
        return made >= frames;
    }

    @Test
    void shouldMakeOneStreamWhateverAnotherSends() throws IOException {
        TestClip clip = TestClip.vp8(folder, 640, 360, 30, 10);
        Random random = new Random(1);
        try (Ladder good = ladder("good", CODERS);
                Ladder bad = ladder("bad", CODERS)) {
            for (int i = 0; i < 30; i++) {
                AccessUnit unit = clip.units.get(i);
                byte[] junk = new byte[random.nextInt(3_000)];
                random.nextBytes(junk);
                bad.offer(0, false, false, now(unit, i, junk), System.nanoTime());
                good.offer(0, false, false, now(unit, i, unit.data()), System.nanoTime());
                int expected = i + 1;
                await(() -> makes(good, expected));
            }
            await(() -> bad.status().failures() > 0);
            assertEquals(0, good.status().failures());
            assertEquals(0, good.status().lostFrames());
            assertFalse(good.needsKey(System.nanoTime()));
            assertTrue(bad.needsKey(System.nanoTime()));
            assertEquals(
                    List.of(new LadderStatus.Rung("v360", 640, 360, LadderStatus.State.RUNNING)),
                    good.status().rungs());
        }
    }

    /** Frames that wait are no sign that a picture stands still: none is repeated, and none of them left out for it. */
    @Test
    void shouldRepeatNothingWhileFramesWait() throws Exception {
        TestClip clip = TestClip.vp8(folder, 640, 360, 30, 30);
        long nowNs = clip.units.getLast().arrivalNs();
        List<Long> ticks = new ArrayList<>();
        try (Ladder ladder = new Ladder("waiting", SETTINGS, CODERS, () -> nowNs, (name, loop) -> new Thread(loop))) {
            clip.units.forEach(unit -> ladder.offer(0, false, false, unit, nowNs));
            while (ladder.turn(0)) {
                ladder.drain((rung, unit) -> ticks.add(unit.ticks()));
            }
        }
        assertEquals(
                clip.units.stream()
                        .filter(unit -> nowNs - unit.arrivalNs() <= Transcoder.LATE_NS)
                        .map(AccessUnit::ticks)
                        .toList(),
                ticks);
    }

    /** A player need not wait for what never comes, and the CPU has nothing to do. */
    @Test
    void shouldDoNothingWithASourceBelowItsRungsUntilItGrows() throws IOException {
        TestClip small = TestClip.h264(folder, 320, 180, 30, 10);
        TestClip large = TestClip.h264(folder, 640, 480, 10, 10);
        try (Ladder ladder = ladder("small", CODERS)) {
            for (int i = 0; i < 30; i++) {
                AccessUnit unit = small.units.get(i);
                ladder.offer(0, true, unit.key(), now(unit, i, unit.data()), System.nanoTime());
                assertFalse(ladder.isBeginning());
                assertFalse(ladder.needsKey(System.nanoTime()));
            }
            for (int i = 0; i < 10; i++) {
                AccessUnit unit = large.units.get(i);
                ladder.offer(0, true, unit.key(), now(unit, 30 + i, unit.data()), System.nanoTime());
            }
            await(() -> makes(ladder, 10));
        }
    }

    @Test
    void shouldRefuseWhatFindsNoRoomAndGoOnFromTheNextKey() throws IOException {
        TestClip clip = TestClip.vp8(folder, 640, 360, 30, 10);
        CountDownLatch stuck = new CountDownLatch(1);
        VideoCoders slow = new VideoCoders(
                format -> {
                    try {
                        stuck.await();
                    } catch (InterruptedException ended) {
                        Thread.currentThread().interrupt();
                    }
                    return CODERS.decoder().open(format);
                },
                CODERS.encoder(),
                CODERS.aside());
        try (Ladder ladder = ladder("slow", slow)) {
            for (int i = 0; i < 1_000; i++) {
                AccessUnit unit = clip.units.get(i % 30);
                ladder.offer(0, false, false, now(unit, i, unit.data()), System.nanoTime());
            }
            long lost = ladder.status().lostFrames();
            assertTrue(lost >= 1_000 - JobQueue.MAX_JOBS - 1, () -> lost + " lost");
            stuck.countDown();
            await(() -> makes(ladder, 1));
            await(() -> {
                AccessUnit key = clip.units.getFirst();
                ladder.offer(0, false, false, now(key, 2_000 + made, key.data()), System.nanoTime());
                return !ladder.needsKey(System.nanoTime());
            });
        }
    }

    @Test
    void shouldOutliveADefectAndEnd() throws IOException {
        TestClip clip = TestClip.vp8(folder, 640, 360, 10, 10);
        boolean[] first = {true};
        VideoCoders broken = new VideoCoders(
                format -> {
                    if (first[0]) {
                        first[0] = false;
                        throw new IllegalStateException("a defect");
                    }
                    return CODERS.decoder().open(format);
                },
                CODERS.encoder(),
                CODERS.aside());
        Ladder ladder = ladder("broken", broken);
        try (ladder) {
            int[] frame = {0};
            await(() -> {
                AccessUnit key = clip.units.getFirst();
                ladder.offer(0, false, false, now(key, frame[0]++, key.data()), System.nanoTime());
                return makes(ladder, 1);
            });
            assertEquals(1, ladder.status().failures());
        }
        await(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("ladder-broken")));
    }
}
