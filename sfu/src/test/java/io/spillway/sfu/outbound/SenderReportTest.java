package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.time.NtpTime;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Our sender reports to a viewer (R27, R28, R29). */
final class SenderReportTest {

    private static final long MS = World.MS;

    private final World world = new World();
    private final TestViewer viewer = new TestViewer();

    @Test
    void shouldReportAtOnceAndEachSecond() {
        world.publish(TestPublisher.h264(1));
        world.advanceMs(1_000);
        long joinedNs = world.nowNs;
        world.join(viewer);
        world.advanceMs(5_000);

        List<TestViewer.Report> video = of(TestViewer.VIDEO_SSRC);
        assertEquals(joinedNs, video.getFirst().atNs());
        assertTrue(video.get(1).atNs() - joinedNs <= 300 * MS, "players need two");
        for (int i = 1; i < video.size(); i++) {
            assertTrue(video.get(i).atNs() - video.get(i - 1).atNs() <= 1_000 * MS + World.STEP_NS);
        }
        assertTrue(of(TestViewer.AUDIO_SSRC).getFirst().atNs() - joinedNs <= 25 * MS);
        assertTrue(video.size() <= 10, "and not much more often");
    }

    @Test
    void shouldTellTheWallClockOfTheServer() {
        world.publish(TestPublisher.h264(1));
        world.join(viewer);
        world.advanceMs(3_000);
        for (TestViewer.Report report : viewer.reports) {
            assertEquals(NtpTime.fromUnixNs(world.unixAtZeroNs + report.atNs()), report.ntp());
        }
    }

    @Test
    void shouldCountTheOutgoingStream() {
        world.publish(TestPublisher.h264(1));
        world.join(viewer);
        world.advanceMs(2_100);

        TestViewer.Report last = of(TestViewer.VIDEO_SSRC).getLast();
        List<TestViewer.Received> sent =
                viewer.video().stream().filter(r -> r.atNs() <= last.atNs()).toList();
        assertTrue(Math.abs(sent.size() - last.packets()) <= 8, "to the frame that was on its way");
        long octets = viewer.video().stream()
                .limit(last.packets())
                .mapToLong(r -> r.payload().limit())
                .sum();
        assertEquals(octets, last.octets());
    }

    @Test
    void shouldMapTheRewrittenTimestampOfWhatIsCapturedNow() {
        world.publish(TestPublisher.h264(1));
        world.join(viewer);
        world.advanceMs(3_000);

        for (TestViewer.Report report : of(TestViewer.VIDEO_SSRC)) {
            TestViewer.Received frame = viewer.video().stream()
                    .filter(r -> r.atNs() <= report.atNs())
                    .toList()
                    .getLast();
            int ticks = report.timestamp() - frame.timestamp();
            assertEquals((report.atNs() - frame.atNs()) / 1e6, ticks / 90.0, 0.6, "the frame arrived as captured");
        }
    }

    @Test
    void shouldMapTheLiveEdgeWhileCachedPicturesAreSent() {
        TestPublisher publisher = TestPublisher.h264(1);
        publisher.groupFrames = 10_000;
        world.publish(publisher);
        world.advanceMs(8_000);
        world.join(viewer);
        world.advanceMs(4_000);

        List<TestViewer.Report> reports = of(TestViewer.VIDEO_SSRC);
        for (TestViewer.Report report : reports) {
            double elapsedMs = (report.atNs() - reports.getFirst().atNs()) / 1e6;
            assertEquals(elapsedMs, (report.timestamp() - reports.getFirst().timestamp()) / 90.0, 0.6);
        }
        TestViewer.Received last = viewer.video().getLast();
        double sinceMs = (last.atNs() - reports.getLast().atNs()) / 1e6;
        assertEquals(sinceMs, (last.timestamp() - reports.getLast().timestamp()) / 90.0, 0.6);
    }

    @Test
    void shouldPutSoundAndPictureOnOneClock() {
        long ntp = NtpTime.fromUnixNs(1_700_000_000_000_000_000L);
        for (int id = 1; id <= 3; id++) {
            TestPublisher publisher = world.publish(TestPublisher.h264(id));
            if (id == 1) {
                world.join(viewer);
            }
            world.advanceMs(500);
            // Sound reaches us 30 ms after its capture, pictures 90 ms.
            publisher.report(ntp + NtpTime.fromNs(777L * id * MS), 90 * MS, 30 * MS, world.nowNs);
            world.advanceMs(2_500);

            TestViewer.Report picture = of(TestViewer.VIDEO_SSRC).getLast();
            TestViewer.Report sound = of(TestViewer.AUDIO_SSRC).getLast();
            double pictureAgeMs = captureAgeMs(viewer.video().getLast(), picture, 90.0);
            double soundAgeMs = captureAgeMs(viewer.of(TestViewer.AUDIO_SSRC).getLast(), sound, 48.0);
            assertEquals(60, pictureAgeMs - soundAgeMs, 20, "publisher " + id);
        }
    }

    @Test
    void shouldFallSilentWhileNobodyPublishes() {
        world.publish(TestPublisher.h264(1));
        world.join(viewer);
        world.advanceMs(1_000);
        world.unpublish();
        int before = viewer.reports.size();
        world.advanceMs(5_000);
        assertEquals(before, viewer.reports.size());
        world.publish(TestPublisher.h264(2));
        world.advanceMs(50);
        assertTrue(viewer.reports.size() > before);
    }

    @Test
    void shouldReportTheRepairStreamToo() {
        world.publish(TestPublisher.h264(1));
        world.join(viewer);
        world.advanceMs(300);
        viewer.nack(world.nowNs, viewer.video().getLast().sequence());
        world.advanceMs(1_100);
        assertEquals(1, of(TestViewer.VIDEO_RTX_SSRC).getLast().packets());
    }

    @Test
    void shouldNameAllStreamsAlikeAndSayGoodbye() {
        world.publish(TestPublisher.h264(1));
        world.join(viewer);
        world.advanceMs(300);
        viewer.media().close(world.nowNs);

        assertEquals(
                Set.of(TestViewer.VIDEO_SSRC + " cname", TestViewer.AUDIO_SSRC + " cname"), Set.copyOf(viewer.names));
        assertEquals(List.of(TestViewer.VIDEO_SSRC, TestViewer.VIDEO_RTX_SSRC, TestViewer.AUDIO_SSRC), viewer.byes);
        int before = viewer.received.size();
        world.viewers.clear();
        world.advanceMs(500);
        assertEquals(before, viewer.received.size(), "nothing after it");
        assertEquals(Long.MAX_VALUE, viewer.media().nextDeadlineNs());
    }

    /** R32: each once, with how long ago it came; what a flood of them names is bounded. */
    @Test
    void shouldAnswerReferenceTimes() {
        world.publish(TestPublisher.h264(1));
        world.join(viewer);
        world.advanceMs(3_000);
        assertEquals(List.of(), viewer.roundTrips);
        long toldNs = world.nowNs;
        long ntp = NtpTime.fromUnixNs(1_800_000_000_000_000_000L);
        viewer.say(toldNs, w -> w.receiverReferenceTime(7, ntp));
        viewer.say(toldNs, w -> w.receiverReferenceTime(8, ntp + 1));
        world.advanceMs(2_500);

        assertEquals(2, viewer.roundTrips.size(), "one for each source");
        TestViewer.RoundTrip first = viewer.roundTrips.getFirst();
        assertEquals(7, first.ssrc());
        assertEquals(NtpTime.middle(ntp), first.reference());
        assertEquals((first.atNs() - toldNs) / 1e9, first.delay() / 65_536.0, 1e-4);
        for (int i = 0; i < 100; i++) {
            int ssrc = i;
            viewer.say(world.nowNs, w -> w.receiverReferenceTime(ssrc, ntp));
        }
        world.advanceMs(2_500);
        assertEquals(6, viewer.roundTrips.size());
    }

    @Test
    void shouldSayGoodbyeEvenWhenNothingWasSent() {
        world.join(viewer);
        viewer.media().close(world.nowNs);
        assertEquals(3, viewer.byes.size());
        assertTrue(viewer.reports.isEmpty());
    }

    private static double captureAgeMs(TestViewer.Received packet, TestViewer.Report report, double ticksPerMs) {
        double capturedMs = report.atNs() / 1e6 + (packet.timestamp() - report.timestamp()) / ticksPerMs;
        return packet.atNs() / 1e6 - capturedMs;
    }

    private List<TestViewer.Report> of(int ssrc) {
        return viewer.reports.stream().filter(r -> r.ssrc() == ssrc).toList();
    }
}
