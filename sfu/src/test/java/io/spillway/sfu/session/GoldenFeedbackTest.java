package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.rtcp.RtcpParser;
import io.spillway.media.rtcp.RtcpVisitor;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.sfu.DropCounters;
import io.spillway.sfu.congestion.BandwidthEstimate;
import io.spillway.testkit.Link;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A recorded transport-wide feedback in, the estimate over time out, beside what it was when the record was made: a change of the estimate's ways shows here in numbers, before it shows in a scenario.
 *
 * <p>The record is what a server sent to a viewer and was told by it over a link of 2.4, 1 and 2.4 Mbps that another viewer shares, as text: {@code s} microseconds, transport-wide number, bytes of RTP; {@code f} microseconds, the viewer's RTCP in hexadecimal.
 * Record and golden estimate are made anew by this test itself, run with {@code -Dgolden=write} in the module's folder; look at what changed before you keep it.
 */
final class GoldenFeedbackTest {

    private static final Path FOLDER = Path.of("src", "test", "resources", "io", "spillway", "sfu", "session");
    private static final Path RECORD = FOLDER.resolve("feedback-2400-1000-2400.txt");
    private static final Path GOLDEN = FOLDER.resolve("feedback-2400-1000-2400.estimate.txt");
    private static final boolean WRITES = "write".equals(System.getProperty("golden"));

    private static final long US = 1_000;
    private static final long START_BPS = 1_000_000;
    private static final long STEP_US = 500_000;

    /** Of the golden estimate: another order of additions is no change, another gain is. */
    private static final double TOLERANCE = 0.02;

    private static final long PLAYED_MS = 30_000;
    private static final int GCM_TAG_BYTES = 16;

    /** RFC 5761 §4. */
    private static final int FIRST_RTCP = 192;

    private static final int LAST_RTCP = 223;

    @Test
    void shouldEstimateAsItDidFromARecordedFeedback() throws IOException {
        if (WRITES) {
            Files.createDirectories(FOLDER);
            Files.write(RECORD, recorded());
            Files.write(GOLDEN, estimated(Files.readAllLines(RECORD)));
        }
        List<String> golden = Files.readAllLines(GOLDEN);
        List<String> estimated = estimated(Files.readAllLines(RECORD));
        assertEquals(golden.size(), estimated.size());
        assertTrue(golden.size() >= 50, golden.size() + " lines");
        for (int i = 0; i < golden.size(); i++) {
            String[] before = golden.get(i).split(" ", -1);
            String[] now = estimated.get(i).split(" ", -1);
            assertEquals(before[0], now[0]);
            double bps = Double.parseDouble(before[1]);
            assertEquals(bps, Double.parseDouble(now[1]), TOLERANCE * bps, "bit/s at " + now[0] + " ms");
        }
    }

    /** Lines of milliseconds and bits a second, each half second. */
    private static List<String> estimated(List<String> record) {
        var estimate = new BandwidthEstimate(START_BPS, new DropCounters());
        List<String> told = new ArrayList<>();
        long nextUs = (Long.parseLong(record.getFirst().split(" ", -1)[1]) / STEP_US + 1) * STEP_US;
        for (String line : record) {
            String[] words = line.split(" ", -1);
            long atUs = Long.parseLong(words[1]);
            for (; nextUs <= atUs; nextUs += STEP_US) {
                told.add(nextUs / 1_000 + " " + estimate.estimateBps());
            }
            if (words[0].equals("s")) {
                // The record begins with the transport's first number, and the estimate counts as the recorded one did.
                assertEquals(Integer.parseInt(words[2]), estimate.nextNumber(), line);
                estimate.onPacketSent(Integer.parseInt(words[3]), atUs * US);
            } else {
                byte[] rtcp = HexFormat.of().parseHex(words[2]);
                assertTrue(RtcpParser.parse(ByteBuffer.wrap(rtcp), 0, rtcp.length, new Into(estimate, atUs * US)));
            }
        }
        return told;
    }

    private record Into(BandwidthEstimate estimate, long nowNs) implements RtcpVisitor {

        @Override
        public void onTransportPacketReceived(int sequence, int arrivalTicks) {
            estimate.onReceived(sequence, arrivalTicks);
        }

        @Override
        public void onTransportPacketLost(int sequence) {
            estimate.onLost(sequence);
        }

        @Override
        public void onTransportFeedbackEnd() {
            estimate.onFeedbackEnd(nowNs);
        }
    }

    /** The second of two viewers of one link: all that was sent to it from the first packet on, and its feedback as it reaches the server. */
    private static List<String> recorded() {
        Link down = Link.ofDelayMs(25);
        var scenario = new Scenario("record", "", 1, down);
        scenario.linkBps = ms -> ms >= 10_000 && ms < 20_000 ? 1_000_000 : 2_400_000;
        World world = scenario.world;
        InetSocketAddress recorded = scenario.nextAddress();
        World.Out onward = world.out;
        RtpPacket packet = new RtpPacket();
        List<String> record = new ArrayList<>();
        world.out = (buffer, offset, length, to) -> {
            onward.send(buffer, offset, length, to);
            int second = buffer.get(offset + 1) & 0xFF;
            boolean media = (buffer.get(offset) & 0xC0) == 0x80 && (second < FIRST_RTCP || second > LAST_RTCP);
            if (to.equals(recorded) && media && packet.wrap(buffer, offset, length - GCM_TAG_BYTES)) {
                int number = buffer.getShort(packet.extensionOffset(AdaptiveViewer.TRANSPORT_ID)) & 0xFFFF;
                record.add("s " + world.nowNs() / US + " " + number + " " + (length - GCM_TAG_BYTES));
            }
        };
        scenario.join(viewer -> viewer.onFeedback = rtcp -> record.add("f " + (world.nowNs() + down.delayNs()) / US
                + " " + HexFormat.of().formatHex(rtcp)));
        scenario.play(PLAYED_MS);
        record.sort(Comparator.comparingLong(line -> Long.parseLong(line.split(" ", -1)[1])));
        return record;
    }
}
