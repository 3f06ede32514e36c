package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.codec.PayloadParser;
import io.spillway.media.live.LayerSelection;
import io.spillway.media.rtp.HeaderExtension;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.sfu.ViewerLink;
import io.spillway.testkit.Seeds;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Layers within one encoding: a viewer gets those selected, numbered as if there were no others (R4, R7-R10, B3). */
final class ScalableStreamTest {

    private static final int VIEWER_DESCRIPTOR_ID = 12;

    private final World world = new World();
    private final TestViewer viewer = new TestViewer();

    @ParameterizedTest
    @CsvSource({
        "VP8, 1, 3, 7, 0",
        "VP8, 1, 3, 7, 1",
        "VP8, 1, 2, 7, 0",
        "VP8, 1, 3, 7, 7",
        "VP9, 1, 3, 7, 1",
        "VP9, 3, 3, 0, 0",
        "VP9, 3, 3, 1, 2",
        "VP9, 3, 3, 7, 0",
        "VP9, 2, 1, 0, 7",
        "AV1, 1, 2, 7, 0",
        "AV1, 3, 3, 1, 1",
        "AV1, 2, 1, 0, 7",
        "AV1, 3, 3, 7, 7",
        "H264, 1, 3, 7, 0",
        "H264, 1, 2, 7, 0"
    })
    void shouldSendTheLayersSelectedAndNoMore(
            Codec codec, int spatialLayers, int temporalLayers, int spatial, int temporal) {
        var svc = new TestSvc(codec, spatialLayers, temporalLayers);
        join(svc);
        svc.run(world, 700);
        select(svc, spatial, temporal);
        svc.run(world, 3_000);

        int before = viewer.video().size();
        svc.run(world, 2_000);
        List<TestViewer.Received> since =
                viewer.video().subList(before, viewer.video().size());
        NavigableMap<Integer, Boolean> keys = keyPictures();
        Set<String> layers = new HashSet<>();
        for (TestViewer.Received packet : since) {
            int picture = packet.frame() / 4;
            layers.add(spatialOf(packet) + "." + svc.temporalOf(picture - keys.floorKey(picture)));
        }
        int spatialExpected = Math.min(spatial, spatialLayers - 1) + 1;
        int temporalExpected = Math.min(temporal, temporalLayers - 1) + 1;
        assertEquals(spatialExpected * temporalExpected, layers.size(), layers.toString());
        check(svc, true);
        checkTold(svc, codec, spatialExpected, temporal);
    }

    /** What is told of a viewer is what it is sent, not what there is. */
    private void checkTold(TestSvc svc, Codec codec, int spatialLayers, int temporal) {
        ViewerLink told = viewer.media().link(world.nowNs);
        // VP9's keyframes here tell no sizes; VP8's are one size.
        int width = codec == Codec.VP9 ? 0 : TestSvc.widthOf(spatialLayers - 1);
        assertEquals(width, told.width());
        assertEquals(codec == Codec.VP8 ? 240 : width / 2, told.height());
        boolean all = spatialLayers == svc.spatialLayers && temporal >= svc.temporalLayers - 1;
        double share = (double) told.videoBps() / svc.layer.bitrateBps(world.nowNs);
        assertTrue(all ? share > 0.95 : share < 0.9, "it takes " + share + " of all");
    }

    @ParameterizedTest
    @CsvSource({"VP9", "AV1"})
    void shouldGoDownWithThePictureAndUpWithTheNextKeyframe(Codec codec) {
        var svc = new TestSvc(codec, 3, 1);
        join(svc);
        svc.run(world, 1_000);
        int asked = svc.keyframesAsked;
        select(svc, 0, 7);
        svc.run(world, 100);
        assertEquals(0, spatialOf(viewer.video().getLast()));
        assertEquals(asked, svc.keyframesAsked, "going down takes none");

        svc.obeys = false;
        select(svc, 2, 7);
        svc.run(world, 2_100);
        assertTrue(svc.keyframesAsked >= asked + 3, "asked at once and again");
        assertEquals(0, spatialOf(viewer.video().getLast()));
        svc.obeys = true;
        svc.run(world, 600);
        assertEquals(2, spatialOf(viewer.video().getLast()));
        int satisfied = svc.keyframesAsked;
        svc.run(world, 2_000);
        assertEquals(satisfied, svc.keyframesAsked);
        check(svc, true);
    }

    /** A browser decodes none of several spatial layers of AV1 that it gets without descriptors. */
    @ParameterizedTest
    @CsvSource({"AV1, false, 0", "AV1, true, 2", "VP9, false, 2"})
    void shouldSendOneSpatialLayerOfAv1ToWhoGetsNoDescriptors(Codec codec, boolean described, int highest) {
        var svc = new TestSvc(codec, 3, 2);
        join(svc, described);
        svc.run(world, 1_000);
        int before = viewer.video().size();
        svc.run(world, 2_000);
        List<TestViewer.Received> since =
                viewer.video().subList(before, viewer.video().size());
        assertTrue(since.size() > 50, since.size() + " packets");
        assertEquals(
                highest,
                since.stream().mapToInt(ScalableStreamTest::spatialOf).max().orElse(-1));
        Streams.assertContinuous(viewer.video());
    }

    @Seeds(60)
    void shouldStayDecodableWhateverIsSelected(long seed) {
        play(seed, 0, 0);
    }

    @Seeds(30)
    void shouldStayDecodableWhenPacketsComeLate(long seed) {
        play(seed, 0.1, 0);
    }

    /** What upstream lost stays visible, and nothing else is wrong. */
    @Seeds(30)
    void shouldKeepTheNumbersRightWhenPacketsAreLost(long seed) {
        play(seed, 0.05, 0.03);
    }

    private void play(long seed, double lateShare, double lossShare) {
        var random = new Random(seed);
        Codec codec = List.of(Codec.VP8, Codec.VP9, Codec.AV1, Codec.H264).get(random.nextInt(4));
        boolean flat = codec == Codec.VP8 || codec == Codec.H264;
        var svc = new TestSvc(codec, flat ? 1 : 1 + random.nextInt(3), 1 + random.nextInt(3));
        join(svc);
        svc.run(world, 200);
        svc.lateShare = lateShare;
        svc.lossShare = lossShare;
        for (int step = 0; step < 30; step++) {
            select(svc, random.nextInt(8), random.nextInt(8));
            svc.obeys = random.nextInt(4) > 0;
            svc.run(world, random.nextInt(400));
        }
        svc.obeys = true;
        svc.lossShare = 0;
        svc.lateShare = 0;
        select(svc, 7, 7);
        svc.run(world, 3_000);
        assertEquals(svc.spatialLayers - 1, spatialOf(viewer.video().getLast()), "all that was selected last");
        check(svc, lossShare == 0 && lateShare == 0);
        resend(random);
    }

    private void join(TestSvc svc) {
        join(svc, true);
    }

    private void join(TestSvc svc, boolean described) {
        viewer.videoPayloads = List.of(
                TestViewer.h264(102, 103),
                TestViewer.vp8(96, 97),
                TestViewer.payload(98, 99, Codec.VP9, Map.of()),
                TestViewer.payload(45, 46, Codec.AV1, Map.of()));
        viewer.videoExtensions =
                described ? Map.of(HeaderExtension.DEPENDENCY_DESCRIPTOR.uri(), VIEWER_DESCRIPTOR_ID) : Map.of();
        viewer.rtx = false;
        svc.publish(world);
        world.join(viewer);
    }

    private void select(TestSvc svc, int spatial, int temporal) {
        var selection = new LayerSelection(svc.layer, spatial, temporal);
        viewer.media().chooseBy((options, current, nowNs) -> selection, world.nowNs);
    }

    private static int spatialOf(TestViewer.Received packet) {
        return packet.frame() % 4;
    }

    /** Pictures with a keyframe, by the packets received: all base layers are. */
    private NavigableMap<Integer, Boolean> keyPictures() {
        var keys = new TreeMap<Integer, Boolean>();
        for (TestViewer.Received packet : viewer.video()) {
            if (packet.frame() >= 0 && packet.index() == 0 && spatialOf(packet) == 0 && isKey(packet)) {
                keys.put(packet.frame() / 4, true);
            }
        }
        return keys;
    }

    private static boolean isKey(TestViewer.Received packet) {
        PayloadInfo info = new PayloadInfo();
        assertTrue(PayloadParser.of(codecOf(packet))
                .parse(packet.bytes(), packet.payloadOffset(), packet.payload().limit(), info));
        return info.startsKeyframe();
    }

    private static Codec codecOf(TestViewer.Received packet) {
        return switch (packet.payloadType()) {
            case 96 -> Codec.VP8;
            case 98 -> Codec.VP9;
            case 45 -> Codec.AV1;
            default -> Codec.H264;
        };
    }

    private void check(TestSvc svc, boolean complete) {
        Map<Long, TestViewer.Received> bySequence = new HashMap<>();
        for (TestViewer.Received packet : viewer.video()) {
            assertEquals(null, bySequence.put(packet.sequence(), packet), "one number, one packet");
        }
        List<TestViewer.Received> ordered = bySequence.values().stream()
                .sorted(Comparator.comparingLong(TestViewer.Received::sequence))
                .toList();
        NavigableMap<Integer, Boolean> keys = keyPictures();
        Set<Integer> got = new HashSet<>();
        TestViewer.Received before = null;
        for (TestViewer.Received packet : ordered) {
            if (packet.frame() < 0) {
                assertTrue(!complete && packet.payload().limit() == 255, "only fillers bear no mark");
                continue;
            }
            if (complete) {
                if (before != null) {
                    checkNext(before, packet);
                }
                if (packet.index() == 0) {
                    got.add(packet.frame());
                    checkReferences(svc, packet.frame(), keys, got);
                }
            }
            before = packet;
        }
        checkPictureNumbers(svc, ordered, complete);
    }

    private static void checkNext(TestViewer.Received before, TestViewer.Received packet) {
        String where = "picture " + packet.frame() / 4 + ", layer " + spatialOf(packet) + ", packet " + packet.index();
        assertEquals(before.sequence() + 1, packet.sequence(), where);
        boolean samePicture = before.frame() / 4 == packet.frame() / 4;
        assertEquals(!samePicture, before.marker(), where + ": a marker just before the next picture");
        assertEquals(samePicture, packet.timestamp() == before.timestamp(), where);
        if (before.frame() == packet.frame()) {
            assertEquals(before.index() + 1, packet.index(), where);
        } else {
            assertEquals(before.count() - 1, before.index(), where + ": a cut frame");
            assertEquals(0, packet.index(), where);
            if (samePicture) {
                assertEquals(before.frame() + 1, packet.frame(), where);
            }
        }
    }

    /** T0 needs the T0 before, T1 the T0 before, T2 the newest of T0 and T1; each the next lower spatial layer. Keyframes need nothing. */
    private static void checkReferences(TestSvc svc, int frame, NavigableMap<Integer, Boolean> keys, Set<Integer> got) {
        int picture = frame / 4;
        int spatial = frame % 4;
        if (spatial > 0) {
            assertTrue(got.contains(frame - 1), "frame " + picture + "." + spatial + " lacks the layer below");
        }
        int key = keys.floorKey(picture);
        if (key == picture) {
            return;
        }
        int temporal = svc.temporalOf(picture - key);
        int needed = picture - 1;
        while (svc.temporalOf(needed - key) > (temporal == 2 ? 1 : 0)) {
            needed--;
        }
        assertTrue(got.contains(needed * 4 + spatial), picture + "." + spatial + " T" + temporal + " lacks " + needed);
    }

    private static void checkPictureNumbers(TestSvc svc, List<TestViewer.Received> ordered, boolean complete) {
        PayloadInfo info = new PayloadInfo();
        int firstFrame = -1;
        int firstNumber = 0;
        int previousPicture = -1;
        int previousId = 0;
        for (TestViewer.Received packet : ordered) {
            if (packet.frame() < 0) {
                continue;
            }
            Codec codec = codecOf(packet);
            if (codec == Codec.AV1) {
                var rtp = new RtpPacket();
                assertTrue(rtp.wrap(packet.bytes(), 0, packet.bytes().limit()));
                int at = rtp.extensionOffset(VIEWER_DESCRIPTOR_ID);
                int number = packet.bytes().getShort(at + 1) & 0xFFFF;
                int counted = packet.frame() / 4 * svc.spatialLayers + spatialOf(packet);
                firstNumber = firstFrame < 0 ? number - counted : firstNumber;
                firstFrame = 0;
                // References are differences of frame numbers, so these stay as far apart as they were.
                assertEquals((firstNumber + counted) & 0xFFFF, number);
            }
            if (codec != Codec.VP8 && codec != Codec.VP9) {
                continue;
            }
            assertTrue(PayloadParser.of(codec)
                    .parse(
                            packet.bytes(),
                            packet.payloadOffset(),
                            packet.payload().limit(),
                            info));
            int picture = packet.frame() / 4;
            if (previousPicture >= 0 && picture != previousPicture && (complete || codec == Codec.VP9)) {
                int step = codec == Codec.VP8 ? 1 : picture - previousPicture;
                assertEquals((previousId + step) & 0x7FFF, info.pictureId(), "picture " + picture);
            } else if (previousPicture == picture) {
                assertEquals(previousId, info.pictureId());
            }
            previousPicture = picture;
            previousId = info.pictureId();
        }
    }

    /** What is sent again has the same bytes, whatever was selected since. */
    private void resend(Random random) {
        List<TestViewer.Received> video = viewer.video();
        for (int i = 0; i < 20; i++) {
            TestViewer.Received lost = video.get(video.size() - 1 - random.nextInt(60));
            int before = viewer.received.size();
            viewer.nack(world.nowNs, lost.sequence());
            if (viewer.received.size() > before) {
                assertEquals(lost.bytes(), viewer.received.getLast().bytes());
            }
        }
    }
}
