package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.rtp.HeaderExtension;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.sfu.DropReason;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A viewer asks for what it lost (R13, R17, R18). */
final class RetransmissionTest {

    private static final long MS = World.MS;

    private final World world = new World();
    private final TestViewer viewer = new TestViewer();

    @Test
    void shouldResendAsRtxWithTheOriginalNumberInFront() {
        TestViewer.Received lost = watchAndLose();
        viewer.nack(world.nowNs, lost.sequence());

        TestViewer.Received again = viewer.received.getLast();
        assertEquals(TestViewer.VIDEO_RTX_SSRC, again.ssrc());
        assertEquals(103, again.payloadType());
        assertEquals(lost.timestamp(), again.timestamp());
        assertEquals(lost.marker(), again.marker());
        ByteBuffer payload = again.payload();
        assertEquals(lost.sequence() & 0xFFFF, payload.getShort(0) & 0xFFFF);
        assertEquals(lost.payload(), payload.slice(2, payload.limit() - 2));
        RtpPacket packet = new RtpPacket();
        assertTrue(packet.wrap(again.bytes(), 0, again.bytes().limit()));
        assertEquals("v", packet.extensionText(TestViewer.MID_ID), "the extensions of the original");

        TestViewer.Received other = viewer.video().get(viewer.video().size() - 2);
        viewer.nack(world.nowNs, other.sequence());
        assertEquals(again.sequence() + 1, viewer.received.getLast().sequence(), "numbers of its own");
    }

    @Test
    void shouldResendTheSameBytesWhenRtxWasNotAgreed() {
        viewer.rtx = false;
        TestViewer.Received lost = watchAndLose();
        viewer.say(world.nowNs, w -> {
            w.receiverReport(7);
            w.reportBlock(TestViewer.VIDEO_SSRC, 0, 0, 0, 0, 0, 0);
        });
        world.advanceMs(50);
        viewer.nack(world.nowNs, lost.sequence());

        assertEquals(lost.bytes(), viewer.received.getLast().bytes(), "as sent, before the viewer had reported");
    }

    /** Under GCM, one number for two packets that differ gives the authentication key away (RFC 7714 §8.4). */
    @ParameterizedTest
    @ValueSource(ints = {1, 200})
    void shouldResendUnderTheTransportWideNumberToo(int packetsLater) {
        viewer.rtx = false;
        viewer.videoExtensions = Map.of(HeaderExtension.TRANSPORT_CC.uri(), 6);
        TestViewer.Received lost = watchAndLose();
        for (int i = 0; i < packetsLater; i++) {
            world.advanceMs(4);
        }
        viewer.nack(world.nowNs, lost.sequence());
        assertEquals(lost.bytes(), viewer.received.getLast().bytes());
        int before = viewer.video().size();
        world.advanceMs(40);
        List<Integer> numbers = viewer.video().stream()
                .skip(before)
                .map(RetransmissionTest::transportNumber)
                .toList();
        assertTrue(numbers.size() > 1);
        int last = viewer.video().stream()
                .limit(before - 1L)
                .mapToInt(RetransmissionTest::transportNumber)
                .max()
                .orElseThrow();
        for (int i = 0; i < numbers.size(); i++) {
            assertEquals(last + 1 + i, numbers.get(i), "the repeat took no number");
        }
    }

    private static int transportNumber(TestViewer.Received received) {
        RtpPacket packet = new RtpPacket();
        assertTrue(packet.wrap(received.bytes(), 0, received.bytes().limit()));
        return received.bytes().getShort(packet.extensionOffset(6)) & 0xFFFF;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldResendPaddingOfItsOwnAsItWas(boolean transportWide) {
        viewer.rtx = false;
        if (transportWide) {
            viewer.videoExtensions = Map.of(HeaderExtension.TRANSPORT_CC.uri(), 6);
        }
        world.publish(TestPublisher.vp8(1));
        world.join(viewer);
        world.advanceMs(200);
        TestViewer.Received before = viewer.video().getLast();
        assertTrue(before.marker(), "between pictures");
        viewer.media().sendPadding(world.nowNs);
        int sent = viewer.media().sendPadding(world.nowNs);
        TestViewer.Received padding = viewer.video().getLast();
        world.advanceMs(100);
        viewer.nack(world.nowNs, padding.sequence());

        assertEquals(before.sequence() + 2, padding.sequence());
        assertEquals(before.timestamp(), padding.timestamp());
        assertEquals(sent, padding.bytes().limit());
        RtpPacket packet = new RtpPacket();
        assertTrue(packet.wrap(padding.bytes(), 0, sent));
        assertEquals(0, packet.payloadLength(), "nothing but padding");
        assertEquals(padding.bytes(), viewer.received.getLast().bytes());
        List<Long> sequences = viewer.video().stream()
                .limit(viewer.video().size() - 1)
                .map(TestViewer.Received::sequence)
                .toList();
        for (int i = 1; i < sequences.size(); i++) {
            assertEquals(sequences.get(i - 1) + 1, sequences.get(i), "no gap before or after it");
        }
    }

    @Test
    void shouldResendWhatWasSentOfAnEndedPublication() {
        viewer.rtx = false;
        world.publish(TestPublisher.vp8(1));
        world.join(viewer);
        world.advanceMs(200);
        world.publish(TestPublisher.vp8(2));
        world.advanceMs(200);
        world.publish(TestPublisher.vp8(3));
        world.advanceMs(100);

        for (TestViewer.Received sent : List.copyOf(viewer.video())) {
            viewer.nack(world.nowNs, sent.sequence());
            assertEquals(sent.bytes(), viewer.received.getLast().bytes(), "publisher " + sent.publisher());
        }
    }

    @Test
    void shouldResendParameterSetsOfItsOwn() {
        TestPublisher publisher = TestPublisher.h264(1);
        publisher.groupFrames = 15;
        world.publish(publisher);
        world.join(viewer);
        world.advanceMs(200);
        publisher.sendsParameterSets = false;
        world.advanceMs(600);
        TestViewer.Received inserted =
                viewer.video().stream().filter(r -> r.frame() < 0).toList().getLast();
        viewer.nack(world.nowNs, inserted.sequence());

        ByteBuffer payload = viewer.received.getLast().payload();
        assertEquals(inserted.payload(), payload.slice(2, payload.limit() - 2));
    }

    @Test
    void shouldGuardAgainstRepeatsByTheRoundTrip() {
        TestViewer.Received lost = watchAndLose();
        assertEquals(1, resends(lost, world.nowNs));
        assertEquals(0, resends(lost, world.nowNs + 99 * MS), "round trip unknown: 100 ms");
        assertEquals(1, resends(lost, world.nowNs + 101 * MS));
        assertEquals(1, viewer.drops.dropped(DropReason.NACK_THROTTLED));
    }

    @Test
    void shouldGuardForTwoRoundTripsWhenTheyAreKnown() {
        TestViewer.Received lost = watchAndLose();
        TestViewer.Report report = viewer.reports.getLast();
        int stamp = (int) (report.ntp() >>> 16);
        int delay = (int) (((world.nowNs - report.atNs() - 20 * MS) << 16) / 1_000_000_000L);
        viewer.say(world.nowNs, w -> {
            w.receiverReport(7);
            w.reportBlock(TestViewer.VIDEO_SSRC, 64, 0, 0, 0, stamp, delay);
        });
        assertEquals(20.0, viewer.media().rttNs() / 1e6, 0.1);
        assertEquals(0.25, viewer.media().estimate().lossFraction());

        assertEquals(1, resends(lost, world.nowNs));
        assertEquals(0, resends(lost, world.nowNs + 38 * MS));
        assertEquals(1, resends(lost, world.nowNs + 42 * MS));
    }

    @Test
    void shouldResendThreeTimesAtMost() {
        TestViewer.Received lost = watchAndLose();
        int sent = 0;
        for (int i = 0; i < 10; i++) {
            sent += resends(lost, world.nowNs + 150L * i * MS);
        }
        assertEquals(3, sent);
        assertEquals(7, viewer.drops.dropped(DropReason.NACK_THROTTLED));
    }

    @Test
    void shouldSayWhenAPacketIsNoLongerKnown() {
        watchAndLose();
        long newest = viewer.video().getLast().sequence();
        viewer.nack(world.nowNs, newest - 9_000);
        viewer.nack(world.nowNs, newest + 1);
        assertEquals(2, viewer.drops.dropped(DropReason.NACK_NOT_KEPT));
    }

    @Test
    void shouldRememberTheLastSecondWhateverTheRate() {
        TestPublisher publisher = TestPublisher.h264(1);
        publisher.frameBytes = 150_000;
        world.publish(publisher);
        world.join(viewer);
        world.advanceMs(4_000);
        for (TestViewer.Received sent : List.copyOf(viewer.video())) {
            if (sent.atNs() > world.nowNs - 950 * MS) {
                assertTrue(viewer.drops.dropped(DropReason.NACK_NOT_KEPT) == 0);
                viewer.nack(world.nowNs, sent.sequence());
            }
        }
        assertEquals(0, viewer.drops.dropped(DropReason.NACK_NOT_KEPT));
    }

    @Test
    void shouldForgetSomeTimeAfterThePublisherLeft() {
        TestViewer.Received lost = watchAndLose();
        world.unpublish();
        world.advanceMs(1_000);
        assertEquals(1, resends(lost, world.nowNs), "still there");
        world.advanceMs(1_500);
        assertEquals(0, resends(lost, world.nowNs));
        assertEquals(1, viewer.drops.dropped(DropReason.NACK_NOT_KEPT));
    }

    private TestViewer.Received watchAndLose() {
        world.publish(TestPublisher.h264(1));
        world.join(viewer);
        world.advanceMs(400);
        return viewer.video().getLast();
    }

    private int resends(TestViewer.Received lost, long atNs) {
        int before = viewer.received.size();
        viewer.nack(atNs, lost.sequence());
        return viewer.received.size() - before;
    }
}
