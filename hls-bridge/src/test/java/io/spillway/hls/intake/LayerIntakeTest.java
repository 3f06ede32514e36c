package io.spillway.hls.intake;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.hls.intake.TestEncoder.Frame;
import io.spillway.media.codec.Codec;
import io.spillway.testkit.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Frames out of packets that are reordered, repaired late, lost or damaged, in virtual time: only whole ones, only decodable ones, never a stall (H15). */
class LayerIntakeTest {

    private static final long HOLD_NS = 300_000_000L;

    private final List<AccessUnit> out = new ArrayList<>();
    private final List<Long> outNs = new ArrayList<>();
    private long nowNs;
    private final LayerIntake intake = Objects.requireNonNull(LayerIntake.of(Codec.H264, HOLD_NS, unit -> {
        out.add(unit);
        outNs.add(nowNs);
    }));

    /** Plays packets at their arrival times, with a tick each 5 ms. */
    private void play(List<Packet> packets) {
        List<Packet> inOrder = new ArrayList<>(packets);
        inOrder.sort(Comparator.comparingLong(Packet::arrivalNs));
        for (Packet packet : inOrder) {
            while (nowNs + 5_000_000 < packet.arrivalNs()) {
                nowNs = nowNs == 0 ? packet.arrivalNs() : nowNs + 5_000_000;
                intake.onTime(nowNs);
            }
            nowNs = packet.arrivalNs();
            intake.add(packet, nowNs);
        }
        for (int i = 0; i < 100; i++) {
            nowNs += 5_000_000;
            intake.onTime(nowNs);
        }
    }

    private static Packet late(Packet packet, long byNs) {
        return new Packet(
                packet.extSeq(),
                packet.timestamp(),
                packet.arrivalNs() + byNs,
                packet.captureNs(),
                packet.startsFrame(),
                packet.marker(),
                packet.payload());
    }

    @Seeds(20)
    void shouldGiveEveryFrameWhenPacketsAreReorderedOrRepairedInTime(long seed) {
        Random random = new Random(seed);
        TestEncoder encoder = new TestEncoder(random, 30);
        List<Frame> sent = new ArrayList<>();
        List<Packet> packets = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            Frame frame = encoder.next();
            sent.add(frame);
            for (Packet packet : frame.packets()) {
                boolean first = packets.isEmpty();
                packets.add(
                        first
                                ? packet
                                : late(
                                        packet,
                                        random.nextInt(10) == 0
                                                ? random.nextLong(HOLD_NS / 2)
                                                : random.nextLong(40_000_000)));
            }
        }
        play(packets);
        assertEquals(sent.size(), out.size());
        for (int i = 0; i < sent.size(); i++) {
            assertArrayEquals(sent.get(i).data(), out.get(i).data());
            assertEquals(sent.get(i).key(), out.get(i).key());
            assertEquals(3000L * i, out.get(i).ticks() - out.getFirst().ticks());
        }
        assertEquals(0, intake.holes());
        assertTrue(String.valueOf(out.getFirst().format()).startsWith("avc1.42c01e"));
    }

    @Seeds(40)
    void shouldSkipToTheNextKeyWhenPacketsAreLost(long seed) {
        Random random = new Random(seed);
        TestEncoder encoder = new TestEncoder(random, 10 + random.nextInt(40));
        double loss = random.nextDouble() * 0.02;
        List<Packet> packets = new ArrayList<>();
        List<Frame> expected = new ArrayList<>();
        boolean decodable = false;
        for (int i = 0; i < 600; i++) {
            Frame frame = encoder.next();
            boolean whole = true;
            for (Packet packet : frame.packets()) {
                boolean lost = !packets.isEmpty() && random.nextDouble() < loss;
                whole &= !lost;
                if (!lost) {
                    packets.add(packets.isEmpty() ? packet : late(packet, random.nextLong(30_000_000)));
                }
            }
            decodable = whole && (decodable || frame.key());
            if (decodable) {
                expected.add(frame);
            }
        }
        play(packets);
        // A key whose parameter sets were lost is whole without them: the ones before it hold.
        Set<Integer> mayBe = new HashSet<>();
        expected.forEach(frame -> mayBe.add(Arrays.hashCode(frame.data())));
        List<AccessUnit> known = out.stream()
                .filter(unit -> mayBe.contains(Arrays.hashCode(unit.data())))
                .toList();
        assertEquals(expected.size(), known.size());
        boolean follows = false;
        long last = 0;
        for (AccessUnit unit : out) {
            follows = unit.key() || (follows && unit.ticks() - last == 3000);
            assertTrue(follows, "a frame whose reference is missing");
            last = unit.ticks();
        }
        for (int i = 0; i < out.size(); i++) {
            assertTrue(outNs.get(i) - out.get(i).arrivalNs() <= 2 * HOLD_NS, "a stall");
        }
    }

    @Test
    void shouldWishForAKeyUntilOneComes() {
        TestEncoder encoder = new TestEncoder(new Random(1), 30);
        Frame first = encoder.next();
        assertTrue(intake.needsKey());
        play(first.packets());
        assertEquals(false, intake.needsKey());
        Frame lost = encoder.next();
        assertTrue(lost.packets().size() > 0);
        play(encoder.next().packets());
        assertTrue(intake.needsKey());
        assertEquals(1, intake.holes());
        assertEquals(1, out.size());
        assertEquals(1, intake.skippedFrames());
    }

    @Seeds(20)
    void shouldTakeAnyBytes(long seed) {
        Random random = new Random(seed);
        for (Codec codec : List.of(Codec.H264, Codec.H265, Codec.OPUS)) {
            LayerIntake any = Objects.requireNonNull(LayerIntake.of(codec, HOLD_NS, out::add));
            for (int i = 0; i < 2000; i++) {
                byte[] payload = new byte[random.nextInt(40)];
                random.nextBytes(payload);
                any.add(
                        new Packet(
                                random.nextInt(500),
                                random.nextInt(5),
                                i,
                                i,
                                random.nextBoolean(),
                                random.nextBoolean(),
                                payload),
                        i * 1_000_000L);
            }
        }
    }

    @Test
    void shouldHaveNoIntakeForWhatHlsCannotCarry() {
        assertNull(LayerIntake.of(Codec.VP8, HOLD_NS, out::add));
    }

    @Test
    void shouldGiveAudioAtOnceAndGoOnOverHoles() {
        LayerIntake audio = Objects.requireNonNull(LayerIntake.of(Codec.OPUS, HOLD_NS, out::add));
        for (int i = 0; i < 10; i++) {
            if (i != 5) {
                audio.add(new Packet(i, 960 * i, i, i, false, false, new byte[] {(byte) (i + 1)}), i);
            }
        }
        assertEquals(5, out.size());
        audio.onTime(HOLD_NS + 10);
        assertEquals(9, out.size());
    }
}
