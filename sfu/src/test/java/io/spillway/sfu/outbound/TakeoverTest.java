package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.codec.PayloadParser;
import io.spillway.media.time.NtpTime;
import java.lang.ref.WeakReference;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The stream outlives its publishers: the viewer's session goes on (R4, R6, R7, R8). */
final class TakeoverTest {

    private static final long MS = World.MS;

    private final World world = new World();

    @Test
    void shouldGoOnWithoutAGapWhenAnotherPublisherTakesOver() {
        world.publish(TestPublisher.h264(1));
        TestViewer viewer = world.join(new TestViewer());
        world.advanceMs(700);
        world.publish(TestPublisher.h264(2));
        world.advanceMs(700);

        List<TestViewer.Received> video = viewer.video();
        Streams.assertContinuous(video);
        Streams.assertWholeFrames(video);
        TestViewer.Received first = firstOf(video, 2);
        assertEquals(1, first.frame(), "a keyframe");
        assertEquals(2, video.getLast().publisher());
        List<TestViewer.Received> audio = viewer.of(TestViewer.AUDIO_SSRC);
        for (int i = 1; i < audio.size(); i++) {
            assertEquals(audio.get(i - 1).sequence() + 1, audio.get(i).sequence());
            assertTrue(audio.get(i).timestamp() - audio.get(i - 1).timestamp() >= 1);
        }
    }

    /** A publisher on a bad line returns before its session before is known to be gone, again and again. */
    @Test
    void shouldLetGoOfPublishersThatWereReplaced() {
        var first = new WeakReference<>(world.publish(TestPublisher.h264(1)).video);
        world.join(new TestViewer());
        for (int i = 0; i < 10; i++) {
            world.advanceMs(500);
            world.publish(TestPublisher.h264(2 + i));
        }
        world.advanceMs(5_000);
        for (int i = 0; i < 50 && first.get() != null; i++) {
            System.gc();
        }
        assertNull(first.get(), "its pictures are memory");
    }

    @Test
    void shouldMoveTimestampsByTheTimeThatPassed() {
        world.publish(TestPublisher.h264(1));
        TestViewer viewer = world.join(new TestViewer());
        world.advanceMs(1_000);
        world.unpublish();
        int atEnd = viewer.video().size();
        world.advanceMs(5_000);
        assertEquals(atEnd, viewer.video().size(), "silence while nobody publishes");
        world.publish(TestPublisher.h264(2));
        world.advanceMs(500);

        TestViewer.Received last = viewer.video().get(atEnd - 1);
        TestViewer.Received next = viewer.video().get(atEnd);
        assertEquals(last.sequence() + 1, next.sequence());
        int movedMs = (next.timestamp() - last.timestamp()) / 90;
        assertEquals((next.atNs() - last.atNs()) / MS, movedMs, "real time");
        assertTrue(movedMs > 5_000);
    }

    @Test
    void shouldFollowTheCaptureClocksRatherThanTheArrivals() {
        long ntp = NtpTime.fromUnixNs(1_700_000_000_000_000_000L);
        TestPublisher one = world.publish(TestPublisher.h264(1));
        TestViewer viewer = world.join(new TestViewer());
        world.advanceMs(990);
        one.report(ntp, 0, 0, world.nowNs);
        world.advanceMs(10);
        int atEnd = viewer.video().size();
        TestPublisher two = world.publish(TestPublisher.h264(2));
        two.groupFrames = 10_000;
        world.advanceMs(5);
        // What the second one sends was captured 120 ms before.
        two.report(ntp, 120 * MS, 120 * MS, world.nowNs);
        world.advanceMs(100);

        TestViewer.Received last = viewer.video().get(atEnd - 1);
        TestViewer.Received next = viewer.video().get(atEnd);
        int moved = next.timestamp() - last.timestamp();
        long byArrival = (next.atNs() - last.atNs()) * 9 / 100_000;
        assertTrue(moved >= 1 && moved < byArrival, "moves by " + moved + " where arrivals say " + byArrival);
    }

    @Test
    void shouldGoOnWithPictureNumbersWhenVp8TakesOver() {
        TestViewer viewer = watchThreePublishers(new TestViewer(), 0);
        assertNumbered(viewer);
        Streams.assertContinuous(viewer.video());
    }

    @Test
    void shouldGoOnWithPictureNumbersAfterPadding() {
        var viewer = new TestViewer();
        viewer.rtx = false;
        watchThreePublishers(viewer, 3);
        long padding =
                viewer.video().stream().filter(packet -> packet.frame() < 0).count();
        assertEquals(6, padding);
        assertNumbered(viewer);
    }

    private TestViewer watchThreePublishers(TestViewer viewer, int padding) {
        world.publish(TestPublisher.vp8(1));
        world.join(viewer);
        world.advanceMs(700);
        for (int id = 2; id <= 3; id++) {
            for (int i = 0; i < padding; i++) {
                viewer.media().sendPadding(world.nowNs);
            }
            world.publish(TestPublisher.vp8(id));
            world.advanceMs(700);
        }
        return viewer;
    }

    private static void assertNumbered(TestViewer viewer) {
        List<TestViewer.Received> pictures =
                viewer.video().stream().filter(packet -> packet.frame() >= 0).toList();
        PayloadInfo info = new PayloadInfo();
        PayloadInfo before = new PayloadInfo();
        TestViewer.Received previous = null;
        for (TestViewer.Received packet : pictures) {
            parse(packet, info);
            assertEquals(15, info.pictureIdBits());
            if (previous != null) {
                parse(previous, before);
                int step = previous.marker() ? 1 : 0;
                assertEquals((before.pictureId() + step) & 0x7FFF, info.pictureId());
                assertEquals((before.tl0PicIdx() + step) & 0xFF, info.tl0PicIdx());
                int keyStep = info.startsKeyframe() ? 1 : 0;
                assertEquals((before.keyIdx() + keyStep) & 0x1F, info.keyIdx());
            }
            previous = packet;
        }
        assertEquals(3, viewer.video().getLast().publisher());
        Streams.assertWholeFrames(pictures);
    }

    @Test
    void shouldGoOnWhenTheCodecChanges() {
        world.publish(TestPublisher.vp8(1));
        TestViewer viewer = world.join(new TestViewer());
        world.advanceMs(500);
        world.publish(TestPublisher.h264(2));
        world.advanceMs(500);
        world.publish(TestPublisher.vp8(3));
        world.advanceMs(500);

        assertEquals(
                List.of(96, 102, 96),
                viewer.video().stream()
                        .map(TestViewer.Received::payloadType)
                        .reduce(
                                new java.util.ArrayList<Integer>(),
                                (list, type) -> {
                                    if (list.isEmpty() || !list.getLast().equals(type)) {
                                        list.add(type);
                                    }
                                    return list;
                                },
                                (a, b) -> a));
        Streams.assertContinuous(viewer.video());
    }

    @Test
    void shouldTakeOverInTheMiddleOfAReplay() {
        TestPublisher one = TestPublisher.h264(1);
        one.groupFrames = 10_000;
        world.publish(one);
        world.advanceMs(6_000);
        TestViewer viewer = world.join(new TestViewer());
        world.advanceMs(200);
        world.publish(TestPublisher.h264(2));
        world.advanceMs(500);

        List<TestViewer.Received> video = viewer.video();
        for (int i = 1; i < video.size(); i++) {
            assertEquals(video.get(i - 1).sequence() + 1, video.get(i).sequence());
            assertTrue(video.get(i).timestamp() - video.get(i - 1).timestamp() >= 0);
        }
        TestViewer.Received first = firstOf(video, 2);
        TestViewer.Received last =
                video.get((int) (first.sequence() - video.getFirst().sequence()) - 2);
        assertTrue(first.timestamp() - last.timestamp() >= 1);
        assertEquals(2, video.getLast().publisher());
    }

    @Test
    void shouldNotCutAFrameWhenALargerLayerBecomesActive() {
        var simulcast = new TestSimulcast();
        world.live.publish(simulcast.publication(), world.nowNs);
        TestViewer viewer = world.join(new TestViewer());
        simulcast.run(world, 1_000, true, false);
        assertEquals(1, viewer.video().getLast().publisher(), "the only one active");
        simulcast.run(world, 3_000, true, true);
        assertEquals(2, viewer.video().getLast().publisher(), "the larger one");
        simulcast.run(world, 4_000, true, false);
        assertEquals(1, viewer.video().getLast().publisher(), "the one that is left");

        List<TestViewer.Received> video = viewer.video();
        Streams.assertContinuous(video);
        Streams.assertWholeFrames(video);
        int switches = 0;
        for (int i = 1; i < video.size(); i++) {
            TestViewer.Received packet = video.get(i);
            if (packet.publisher() != video.get(i - 1).publisher()) {
                switches++;
                assertTrue(packet.frame() < 0 || packet.publisher() < 0 || packet.count() >= 20, "at a keyframe");
            }
        }
        assertTrue(switches >= 2);
        assertTrue(firstOf(video, 2).frame() > 10, "the keyframe that was asked for, not the cached one");
    }

    @Test
    void shouldWaitNoLongerThanAFrameForTheEndOfAFrameThatWasLost() {
        var simulcast = new TestSimulcast();
        world.live.publish(simulcast.publication(), world.nowNs);
        TestViewer viewer = world.join(new TestViewer());
        long joinedNs = world.nowNs;
        simulcast.small.losesMarkers = true;
        simulcast.run(world, 3_000, true, true);

        List<TestViewer.Received> video = viewer.video();
        TestViewer.Received next = firstOf(video, 2);
        TestViewer.Received last =
                video.stream().filter(r -> r.publisher() == 1).toList().getLast();
        assertEquals(last.count() - 2, last.index(), "all that came of the frame");
        // A frame of the large layer comes 8 ms after one of the small one begins, which has 25 ms to the next.
        long keyframeNs = joinedNs + 18 * MS + (next.frame() - 1) * 1_000_000_000L / 30;
        assertTrue(next.frame() > 1);
        assertTrue(next.atNs() - keyframeNs <= 27 * MS, (next.atNs() - keyframeNs) / MS + " ms");
    }

    private static void parse(TestViewer.Received packet, PayloadInfo into) {
        assertTrue(PayloadParser.of(io.spillway.media.codec.Codec.VP8)
                .parse(packet.bytes(), packet.payloadOffset(), packet.bytes().limit() - packet.payloadOffset(), into));
    }

    private static TestViewer.Received firstOf(List<TestViewer.Received> video, int publisher) {
        return video.stream()
                .filter(r -> r.publisher() == publisher)
                .findFirst()
                .orElseThrow();
    }
}
