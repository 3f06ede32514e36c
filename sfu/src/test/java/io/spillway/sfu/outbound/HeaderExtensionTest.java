package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.Codec;
import io.spillway.media.rtp.HeaderExtension;
import io.spillway.media.rtp.RtpPacket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A viewer gets the header extensions it agreed to, under its own ids (B3, R10). */
final class HeaderExtensionTest {

    private final World world = new World();
    private final TestViewer viewer = new TestViewer();

    @Test
    void shouldPassOnlyWhatWasAgreedUnderTheViewersIds() {
        agree(Map.of(HeaderExtension.VIDEO_ORIENTATION, 11, HeaderExtension.COLOR_SPACE, 20));
        watch(Map.of(
                HeaderExtension.MID, 1,
                HeaderExtension.TRANSPORT_CC, 2,
                HeaderExtension.VIDEO_ORIENTATION, 4,
                HeaderExtension.COLOR_SPACE, 5,
                HeaderExtension.DEPENDENCY_DESCRIPTOR, 13));

        for (TestViewer.Received packet : viewer.video()) {
            var expected = new TreeMap<>(Map.of(11, 4L, 20, 5L, TestViewer.MID_ID, (long) 'v'));
            assertEquals(expected, extensions(packet));
        }
    }

    @Test
    void shouldNotPassOnWhatConcernsTheTransport() {
        agree(Map.of(
                HeaderExtension.TRANSPORT_CC, 6,
                HeaderExtension.ABS_SEND_TIME, 7,
                HeaderExtension.RID, 8,
                HeaderExtension.TRANSMISSION_OFFSET, 9));
        watch(Map.of(
                HeaderExtension.TRANSPORT_CC, 6,
                HeaderExtension.ABS_SEND_TIME, 7,
                HeaderExtension.RID, 8,
                HeaderExtension.TRANSMISSION_OFFSET, 9));

        long number = viewer.video().size() - 1L;
        assertEquals(
                Map.of(TestViewer.MID_ID, (long) 'v', 6, number),
                extensions(viewer.video().getLast()),
                "the transport-wide number is our own");
    }

    @Test
    void shouldGoOnWithFrameNumbersWhenAnotherPublisherTakesOver() {
        agree(Map.of(HeaderExtension.DEPENDENCY_DESCRIPTOR, 12));
        watch(Map.of(HeaderExtension.DEPENDENCY_DESCRIPTOR, 13));
        world.publish(publisher(2, Map.of(HeaderExtension.DEPENDENCY_DESCRIPTOR, 5)));
        world.advanceMs(300);

        List<TestViewer.Received> video = viewer.video();
        assertEquals(2, video.getLast().publisher());
        for (int i = 1; i < video.size(); i++) {
            long before = extensions(video.get(i - 1)).getOrDefault(12, -1L);
            long number = extensions(video.get(i)).getOrDefault(12, -1L);
            assertEquals(0xC1, number >> 16, "flags and template as sent");
            int step = video.get(i - 1).marker() ? 1 : 0;
            assertEquals((before + step) & 0xFFFF, number & 0xFFFF);
        }
    }

    private void agree(Map<HeaderExtension, Integer> ids) {
        var agreed = new HashMap<>(uris(ids));
        agreed.put(HeaderExtension.MID.uri(), TestViewer.MID_ID);
        viewer.videoExtensions = agreed;
        viewer.videoPayloads = List.of(TestViewer.vp8(96, 97));
    }

    private void watch(Map<HeaderExtension, Integer> ids) {
        world.publish(publisher(1, ids));
        world.join(viewer);
        world.advanceMs(300);
        assertTrue(viewer.video().size() > 50);
    }

    private static TestPublisher publisher(int id, Map<HeaderExtension, Integer> ids) {
        return new TestPublisher(id, Codec.VP8, Map.of(), uris(ids));
    }

    private static Map<String, Integer> uris(Map<HeaderExtension, Integer> ids) {
        var uris = new HashMap<String, Integer>();
        ids.forEach((extension, id) -> uris.put(extension.uri(), id));
        return uris;
    }

    private static Map<Integer, Long> extensions(TestViewer.Received received) {
        RtpPacket packet = new RtpPacket();
        assertTrue(packet.wrap(received.bytes(), 0, received.bytes().limit()));
        var found = new TreeMap<Integer, Long>();
        for (int i = 0; i < packet.extensionCount(); i++) {
            long value = 0;
            for (int j = 0; j < packet.extensionLengthAt(i); j++) {
                value = value << 8 | (received.bytes().get(packet.extensionOffsetAt(i) + j) & 0xFF);
            }
            found.put(packet.extensionIdAt(i), value);
        }
        return found;
    }
}
