package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.codec.PayloadParser;
import io.spillway.media.rtp.HeaderExtension;
import io.spillway.media.rtp.RtpPacket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Running numbers inside payloads and descriptors go on by one a picture while publishers follow each other, over their own wraps and the viewer's,
 * and a packet sent again has those it had (R8, R9, R10, R13).
 */
final class PictureNumbersTest {

    /** Pictures of one publisher: more than a cycle of 7 bits and, from near its end, over that of every wider number. */
    private static final int MS_EACH = 5_000;

    private static final int DESCRIPTOR_ID = 9;
    private static final int VIEWERS_DESCRIPTOR_ID = 13;

    private final World world = new World();
    private final TestViewer viewer = new TestViewer();
    private final PayloadInfo info = new PayloadInfo();
    private final RtpPacket packet = new RtpPacket();

    /** Numbers in one packet as the viewer reads them; -1 where it has none. */
    private record Numbers(int pictureId, int bits, int tl0PicIdx, int keyIdx, int frameNumber, boolean startsKey) {}

    /** A publisher that begins shortly before its numbers wrap. */
    private TestPublisher publisher(int id, Codec codec, boolean shortIds) {
        TestPublisher publisher = codec == Codec.AV1
                ? new TestPublisher(
                        id, codec, Map.of(), Map.of(HeaderExtension.DEPENDENCY_DESCRIPTOR.uri(), DESCRIPTOR_ID))
                : new TestPublisher(id, codec, Map.of());
        publisher.shortPictureIds = shortIds;
        publisher.frameBytes = 1_800;
        publisher.keyframeBytes = 4_000;
        publisher.groupFrames = 20;
        publisher.pictureId = 0x7FFF - 40 * id;
        publisher.tl0PicIdx = 255 - 20 * id;
        publisher.keyIdx = 31 - id;
        publisher.frameNumber = 0xFFFF - 40 * id;
        return publisher;
    }

    @ParameterizedTest
    @CsvSource({"VP8, false", "VP8, true", "VP9, false", "VP9, true"})
    void shouldGoOnByOneAPictureWhenPublishersFollowEachOther(Codec codec, boolean shortIds) {
        watch(codec);
        for (int id = 1; id <= 4; id++) {
            world.publish(publisher(id, codec, shortIds));
            world.advanceMs(MS_EACH);
        }
        assertNumbersGoOn(codec, shortIds ? 0x7F : 0x7FFF);
    }

    /** The width is the encoder's: the number goes on in as many bits as there are. */
    @ParameterizedTest
    @CsvSource({"VP8", "VP9"})
    void shouldKeepTheWidthOfEachPublishersPictureId(Codec codec) {
        watch(codec);
        for (int id = 1; id <= 4; id++) {
            world.publish(publisher(id, codec, id % 2 == 0));
            world.advanceMs(MS_EACH);
        }
        // Only the bits that both have can be compared over the change.
        assertNumbersGoOn(codec, 0x7F);
        for (TestViewer.Received received : viewer.video()) {
            assertEquals(
                    received.publisher() % 2 == 0 ? 7 : 15,
                    numbers(received, codec).bits());
        }
    }

    @Test
    void shouldGoOnWithAv1FrameNumbersWhenPublishersFollowEachOther() {
        watch(Codec.AV1);
        for (int id = 1; id <= 4; id++) {
            world.publish(publisher(id, Codec.AV1, false));
            world.advanceMs(MS_EACH);
        }
        assertNumbersGoOn(Codec.AV1, 0);
        int wraps = 0;
        for (int i = 1; i < viewer.video().size(); i++) {
            wraps += numbers(viewer.video().get(i), Codec.AV1).frameNumber()
                            < numbers(viewer.video().get(i - 1), Codec.AV1).frameNumber()
                    ? 1
                    : 0;
        }
        assertEquals(1, wraps, "the viewer's own number wrapped too");
    }

    /** The payload of AV1, its OBUs, is never touched. */
    @Test
    void shouldLeaveAv1PayloadsAlone() {
        watch(Codec.AV1);
        for (int id = 1; id <= 2; id++) {
            world.publish(publisher(id, Codec.AV1, false));
            world.advanceMs(1_000);
        }
        for (TestViewer.Received received : viewer.video()) {
            ByteBuffer payload = received.payload();
            boolean first = received.index() == 0;
            boolean last = received.index() == received.count() - 1;
            assertEquals((first ? 0 : 0x80) | (last ? 0 : 0x40), payload.get(0) & 0xC0);
            assertEquals(0x30, payload.get(1));
            assertEquals(received.publisher(), payload.get(2 + 4));
        }
    }

    @ParameterizedTest
    @CsvSource({"VP8", "VP9", "AV1"})
    void shouldSendTheSameNumbersAgainAfterATakeover(Codec codec) {
        viewer.rtx = false;
        watch(codec);
        world.publish(publisher(1, codec, false));
        world.advanceMs(300);
        world.publish(publisher(2, codec, false));
        world.advanceMs(400);

        List<TestViewer.Received> before = viewer.video();
        List<TestViewer.Received> wanted = List.of(
                before.stream().filter(r -> r.publisher() == 1).toList().getLast(),
                before.stream().filter(r -> r.publisher() == 2).findFirst().orElseThrow(),
                before.getLast());
        viewer.nack(
                world.nowNs,
                wanted.stream().mapToLong(TestViewer.Received::sequence).toArray());
        List<TestViewer.Received> again =
                viewer.video().subList(before.size(), viewer.video().size());
        assertEquals(
                wanted.stream().map(TestViewer.Received::bytes).toList(),
                again.stream().map(TestViewer.Received::bytes).toList());
    }

    private void watch(Codec codec) {
        viewer.videoPayloads = List.of(TestViewer.payload(96, viewer.rtx ? 97 : -1, codec, Map.of()));
        if (codec == Codec.AV1) {
            viewer.videoExtensions = Map.of(
                    HeaderExtension.MID.uri(),
                    TestViewer.MID_ID,
                    HeaderExtension.DEPENDENCY_DESCRIPTOR.uri(),
                    VIEWERS_DESCRIPTOR_ID);
        }
        world.join(viewer);
    }

    private void assertNumbersGoOn(Codec codec, int pictureIdMask) {
        List<TestViewer.Received> video = viewer.video();
        Streams.assertContinuous(video);
        Streams.assertWholeFrames(video);
        for (int i = 1; i < video.size(); i++) {
            Numbers before = numbers(video.get(i - 1), codec);
            Numbers now = numbers(video.get(i), codec);
            int step = video.get(i - 1).marker() ? 1 : 0;
            String what = "packet " + i + " of publisher " + video.get(i).publisher();
            assertEquals((before.pictureId() + step) & pictureIdMask, now.pictureId() & pictureIdMask, what);
            if (before.tl0PicIdx() >= 0) {
                assertEquals((before.tl0PicIdx() + step) & 0xFF, now.tl0PicIdx(), what);
            }
            if (before.keyIdx() >= 0) {
                assertEquals((before.keyIdx() + (now.startsKey() ? 1 : 0)) & 0x1F, now.keyIdx(), what);
            }
            if (before.frameNumber() >= 0) {
                assertEquals((before.frameNumber() + step) & 0xFFFF, now.frameNumber(), what);
            }
        }
        assertEquals(4, video.getLast().publisher());
    }

    private Numbers numbers(TestViewer.Received received, Codec codec) {
        assertTrue(PayloadParser.of(codec)
                .parse(
                        received.bytes(),
                        received.payloadOffset(),
                        received.bytes().limit() - received.payloadOffset(),
                        info));
        int frameNumber = -1;
        if (codec == Codec.AV1) {
            assertTrue(packet.wrap(received.bytes(), 0, received.bytes().limit()));
            frameNumber = received.bytes().getShort(packet.extensionOffset(VIEWERS_DESCRIPTOR_ID) + 1) & 0xFFFF;
        }
        boolean none = codec == Codec.AV1;
        return new Numbers(
                none ? 0 : info.pictureId(),
                info.pictureIdBits(),
                none ? -1 : info.tl0PicIdx(),
                codec == Codec.VP8 ? info.keyIdx() : -1,
                frameNumber,
                info.startsKeyframe());
    }
}
