package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Seeds;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Whatever publishers and viewers do in whatever order, a viewer's stream stays one stream. */
final class ContinuityPropertyTest {

    private static final int KEYFRAME_PACKETS = 20;

    @Seeds(60)
    void shouldStayOneStream(long seed) {
        play(seed, 0);
    }

    @Seeds(30)
    void shouldStayOneStreamOverLosses(long seed) {
        play(seed, 0.02);
    }

    private static void play(long seed, double lossShare) {
        var random = new Random(seed);
        var world = new World();
        List<TestPublisher> publishers = new ArrayList<>();
        List<TestViewer> viewers = new ArrayList<>();
        for (int step = 0; step < 25; step++) {
            switch (step == 0 ? 0 : random.nextInt(10)) {
                case 0, 1 -> publishers.add(world.publish(publisher(publishers.size() + 1, lossShare, random)));
                case 2 -> world.unpublish();
                case 3, 4, 5 -> {
                    TestViewer viewer = new TestViewer();
                    viewer.seed = random.nextInt();
                    viewer.rtx = random.nextBoolean();
                    viewers.add(world.join(viewer));
                }
                case 6 ->
                    viewers.forEach(viewer -> viewer.say(world.nowNs, w -> w.pictureLoss(7, TestViewer.VIDEO_SSRC)));
                case 7 -> viewers.forEach(viewer -> askAgain(viewer, world.nowNs, random));
                case 8 ->
                    viewers.forEach(viewer -> viewer.say(world.nowNs, w -> {
                        w.receiverReport(7);
                        w.reportBlock(TestViewer.VIDEO_SSRC, 0, 0, 0, 0, 0, 0);
                    }));
                default -> {
                    publishers.getLast().obeys = random.nextBoolean();
                    publishers.getLast().sendsParameterSets = random.nextBoolean();
                }
            }
            world.advanceMs(random.nextInt(700));
        }
        for (TestViewer viewer : viewers) {
            checkVideo(viewer, lossShare == 0);
            checkSound(viewer);
        }
    }

    private static TestPublisher publisher(int id, double lossShare, Random random) {
        TestPublisher publisher = random.nextBoolean() ? TestPublisher.h264(id) : TestPublisher.vp8(id);
        publisher.groupFrames = 1 + random.nextInt(120);
        publisher.keyframeBytes = KEYFRAME_PACKETS * TestPublisher.PAYLOAD_BYTES;
        publisher.frameBytes = 500 + random.nextInt(6_000);
        publisher.framesPerSecond = List.of(10, 30, 50, 60).get(random.nextInt(4));
        publisher.lossShare = lossShare;
        publisher.lateShare = random.nextDouble() * 0.1;
        publisher.paddingShare = random.nextDouble() * 0.1;
        publisher.sendsParameterSets = random.nextInt(4) > 0;
        publisher.spreadNs = random.nextInt(15) * World.MS;
        publisher.flushesLate = random.nextBoolean();
        publisher.obeys = random.nextBoolean();
        if (random.nextInt(3) == 0) {
            publisher.videoSequence = 65_536 + 65_500;
            publisher.videoTimestamp = -90_000;
        }
        return publisher;
    }

    private static void askAgain(TestViewer viewer, long nowNs, Random random) {
        List<TestViewer.Received> video = viewer.video();
        for (int i = 0; i < 5 && !video.isEmpty(); i++) {
            TestViewer.Received lost = video.get(video.size() - 1 - random.nextInt(Math.min(video.size(), 200)));
            int before = viewer.received.size();
            viewer.nack(nowNs, lost.sequence());
            if (viewer.received.size() == before) {
                continue;
            }
            TestViewer.Received again = viewer.received.getLast();
            if (viewer.rtx) {
                ByteBuffer payload = again.payload();
                assertEquals(lost.payload(), payload.slice(2, payload.limit() - 2));
                assertEquals(lost.timestamp(), again.timestamp());
            } else {
                assertEquals(lost.bytes(), again.bytes(), "byte for byte");
            }
        }
    }

    private static void checkVideo(TestViewer viewer, boolean lossless) {
        Map<Long, TestViewer.Received> bySequence = new HashMap<>();
        for (TestViewer.Received packet : viewer.video()) {
            TestViewer.Received twin = bySequence.putIfAbsent(packet.sequence(), packet);
            assertTrue(twin == null || twin.bytes().equals(packet.bytes()), "one number, one packet");
        }
        List<TestViewer.Received> ordered = bySequence.values().stream()
                .sorted(Comparator.comparingLong(TestViewer.Received::sequence))
                .toList();
        TestViewer.Received before = null;
        for (TestViewer.Received packet : ordered) {
            if (before != null) {
                checkNext(before, packet, lossless);
            } else {
                assertTrue(isKeyframeStart(packet) || !lossless, "starts at a keyframe");
            }
            before = packet;
        }
    }

    private static void checkNext(TestViewer.Received before, TestViewer.Received packet, boolean lossless) {
        String where = "number " + packet.sequence() + ", frame " + packet.frame() + " of " + packet.publisher();
        int moved = packet.timestamp() - before.timestamp();
        boolean sameFrame = packet.frame() >= 0
                && packet.frame() == before.frame()
                && packet.publisher() == before.publisher()
                && packet.index() > before.index();
        boolean setsOfFrame = before.frame() < 0;
        if (sameFrame) {
            assertEquals(0, moved, where);
        } else if (setsOfFrame) {
            assertTrue(moved >= 0, where + " moves " + moved);
        } else {
            assertTrue(moved >= 1, where + " moves " + moved);
        }
        if (!lossless) {
            return;
        }
        assertEquals(before.sequence() + 1, packet.sequence(), where);
        if (packet.frame() < 0) {
            assertTrue(before.frame() < 0 || before.marker() || packet.publisher() != before.publisher(), where);
        } else if (sameFrame) {
            assertEquals(before.index() + 1, packet.index(), where);
        } else {
            assertTrue(
                    before.marker() || before.frame() < 0 || packet.publisher() != before.publisher(), where + " cuts");
            assertEquals(0, packet.index(), where + " begins where a frame begins");
            boolean follows = packet.publisher() == before.publisher() && packet.frame() == before.frame() + 1;
            assertTrue(follows || isKeyframeStart(packet), where + " can be decoded");
        }
    }

    private static boolean isKeyframeStart(TestViewer.Received packet) {
        return packet.frame() < 0 || (packet.count() == KEYFRAME_PACKETS && packet.index() == 0);
    }

    private static void checkSound(TestViewer viewer) {
        List<TestViewer.Received> sound = viewer.of(TestViewer.AUDIO_SSRC);
        for (int i = 1; i < sound.size(); i++) {
            assertEquals(sound.get(i - 1).sequence() + 1, sound.get(i).sequence());
            assertTrue(sound.get(i).timestamp() - sound.get(i - 1).timestamp() >= 1);
        }
    }
}
