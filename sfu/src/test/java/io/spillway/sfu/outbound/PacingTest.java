package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.rtcp.ArrivalTimes;
import io.spillway.media.rtp.HeaderExtension;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A keyframe goes out no faster than a viewer's network takes it; sound does not wait for it, and no packet waits for long (R40). */
final class PacingTest {

    private static final long MS = World.MS;

    private final World world = new World();
    private final TestViewer viewer = new TestViewer();
    private final TestPublisher publisher = TestPublisher.h264(1);

    /** What the viewer's link takes for a packet, 0 for no time: two Mbps and a hundred. */
    private long packetNs = 4 * MS;

    private static final long FAST_PACKET_NS = MS / 12;

    private void watch(boolean feedback) {
        viewer.videoExtensions = Map.of(HeaderExtension.TRANSPORT_CC.uri(), 6);
        publisher.keyframeBytes = 150_000;
        publisher.groupFrames = 90;
        world.publish(publisher);
        world.join(viewer);
        for (int i = 0; i < 40; i++) {
            world.advanceMs(50);
            if (feedback) {
                tell();
            }
        }
    }

    /** The newest packets of video came 20 ms after they were sent, or when the link had taken the packet before. */
    private void tell() {
        List<TestViewer.Received> video = viewer.video();
        long[] cameNs = new long[video.size()];
        long freeNs = 0;
        for (int i = 0; i < cameNs.length; i++) {
            freeNs = Math.max(video.get(i).atNs(), freeNs) + packetNs;
            cameNs[i] = freeNs + 20 * MS;
        }
        ArrivalTimes arrivals = number -> cameNs[(int) number];
        viewer.say(
                world.nowNs,
                w -> w.transportFeedback(
                        7, TestViewer.VIDEO_SSRC, 0, Math.max(0, video.size() - 200), video.size(), arrivals));
    }

    private List<TestViewer.Received> nextKeyframe() {
        int from = viewer.received.size();
        world.advanceMs(3_100);
        List<TestViewer.Received> came = viewer.received.subList(from, viewer.received.size());
        int frame = came.stream()
                .filter(packet -> packet.count() == 150)
                .findFirst()
                .orElseThrow()
                .frame();
        return came.stream()
                .filter(packet -> packet.frame() == frame && packet.ssrc() == TestViewer.VIDEO_SSRC)
                .toList();
    }

    private static long spreadMs(List<TestViewer.Received> packets) {
        return (packets.getLast().atNs() - packets.getFirst().atNs()) / MS;
    }

    @Test
    void shouldSpreadAKeyframeOverTheLink() {
        watch(true);
        viewer.say(world.nowNs, w -> w.remb(7, 2_000_000, new int[] {TestViewer.VIDEO_SSRC}, 1));
        List<TestViewer.Received> keyframe = nextKeyframe();
        assertEquals(150, keyframe.size(), "nothing is dropped");
        assertTrue(spreadMs(keyframe) >= 100 && spreadMs(keyframe) <= 252, spreadMs(keyframe) + " ms");
        long begins = keyframe.getFirst().atNs();
        long sounds = viewer.of(TestViewer.AUDIO_SSRC).stream()
                .filter(packet -> packet.atNs() >= begins
                        && packet.atNs() <= keyframe.getLast().atNs())
                .count();
        assertTrue(sounds >= spreadMs(keyframe) / 20 - 1, "sound goes between: " + sounds);
    }

    @Test
    void shouldNotHoldBackWhatTheLinkTakesAtOnce() {
        packetNs = FAST_PACKET_NS;
        watch(true);
        List<TestViewer.Received> keyframe = nextKeyframe();
        assertEquals(150, keyframe.size());
        assertEquals(0, spreadMs(keyframe));
    }

    @Test
    void shouldKeepOrderAndLoseNothing() {
        watch(true);
        viewer.say(world.nowNs, w -> w.remb(7, 1_000_000, new int[] {TestViewer.VIDEO_SSRC}, 1));
        publisher.lateShare = 0.05;
        world.advanceMs(10_000);
        publisher.lateShare = 0;
        world.advanceMs(500);
        List<Long> sequences = viewer.video().stream()
                .map(TestViewer.Received::sequence)
                .sorted()
                .toList();
        for (int i = 1; i < sequences.size(); i++) {
            assertEquals(sequences.get(i - 1) + 1, sequences.get(i));
        }
    }

    /** A stream that was taken over while the link was narrow. */
    @Test
    void shouldNeverHoldSoundBack() {
        watch(true);
        viewer.say(world.nowNs, w -> w.remb(7, 100_000, new int[] {TestViewer.VIDEO_SSRC}, 1));
        TestPublisher loud = TestPublisher.h264(2);
        loud.audioBytes = 1_000;
        int from = viewer.of(TestViewer.AUDIO_SSRC).size();
        world.publish(loud);
        world.advanceMs(5_000);
        List<TestViewer.Received> sound = viewer.of(TestViewer.AUDIO_SSRC)
                .subList(from, viewer.of(TestViewer.AUDIO_SSRC).size());
        assertTrue(sound.size() > 240, "400 kbit/s of it");
        for (TestViewer.Received packet : sound) {
            long dueNs = sound.getFirst().atNs()
                    + (packet.timestamp() - sound.getFirst().timestamp()) * 1_000L / 48 * 1_000;
            assertTrue(packet.atNs() - dueNs < 20 * MS, (packet.atNs() - dueNs) / MS + " ms late");
        }
    }

    /**
     * From when a picture is there to when its packets are sent, a viewer on links of many widths: a stream of 2 Mbps that sends six pictures' bytes in a keyframe each second. Where the link lets a keyframe through between two pictures nothing
     * waits; elsewhere less than the budget from glass to glass, and nowhere longer than the clause says.
     */
    @ParameterizedTest
    @CsvSource({"100, 0", "20, 0", "12, 0", "8, 40", "6, 80", "4, 80", "3, 80"})
    void shouldAddLittleDelay(int linkMbps, int boundMs) {
        packetNs = (TestPublisher.PAYLOAD_BYTES + 40) * 8_000L / linkMbps;
        viewer.videoExtensions = Map.of(HeaderExtension.TRANSPORT_CC.uri(), 6);
        publisher.groupFrames = 30;
        long beganNs = world.nowNs + 10 * MS;
        world.publish(publisher);
        world.join(viewer);
        for (int i = 0; i < 400; i++) {
            world.advanceMs(50);
            tell();
        }
        long[] addedMs = viewer.video().stream()
                .filter(packet -> packet.frame() > 150)
                .mapToLong(packet -> (packet.atNs() - beganNs - (packet.frame() - 1) * 1_000_000_000L / 30) / MS)
                .sorted()
                .toArray();
        assertTrue(addedMs.length > 1_000, addedMs.length + " packets");
        long p99 = addedMs[addedMs.length * 99 / 100];
        long most = addedMs[addedMs.length - 1];
        assertTrue(p99 <= boundMs, p99 + " ms at p99, " + most + " at most");
        assertTrue(most <= 256, most + " ms at most");
    }

    /** What was lost before is needed first. */
    @Test
    void shouldSendRepairsPastWhatWaits() {
        watch(true);
        viewer.say(world.nowNs, w -> w.remb(7, 2_000_000, new int[] {TestViewer.VIDEO_SSRC}, 1));
        int from = viewer.received.size();
        for (int ms = 0; ms < 3_200 && waiting(from) == 0; ms++) {
            world.advanceMs(1);
        }
        int waits = waiting(from);
        assertTrue(waits > 0, "a keyframe is held back");
        viewer.nack(world.nowNs, viewer.video().getLast().sequence() - 1);
        TestViewer.Received last = viewer.received.getLast();
        assertEquals(TestViewer.VIDEO_RTX_SSRC, last.ssrc());
        assertEquals(world.nowNs, last.atNs());
        assertEquals(waits, waiting(from), "and the keyframe still is");
    }

    /** Packets of the newest keyframe since then that are still to come. */
    private int waiting(int from) {
        return viewer.received.subList(from, viewer.received.size()).reversed().stream()
                .filter(packet -> packet.count() == 150 && packet.ssrc() == TestViewer.VIDEO_SSRC)
                .findFirst()
                .map(packet -> packet.count() - 1 - packet.index())
                .orElse(0);
    }

    @Test
    void shouldLetAViewerThatToldNothingHaveItAtOnce() {
        watch(false);
        assertEquals(0, spreadMs(nextKeyframe()));
    }
}
