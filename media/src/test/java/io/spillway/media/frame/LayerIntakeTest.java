package io.spillway.media.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.Codec;
import io.spillway.media.frame.TestEncoder.Frame;
import io.spillway.testkit.Hex;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
        for (Codec codec : Codec.values()) {
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

    /**
     * Payloads of one frame and what comes out: VP9 descriptors 08 begin, 04 end, 40 inter, 20 layers (T, S); AV1 aggregation headers 80 goes on from, 40 goes on in another, elements, OBU headers 0a sequence header
     * with size, 10 delimiter, 32 frame with size, 78 padding.
     */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            VP9 | 320x180 | 08 82498342 00 13f0 0b30 aa, 04 bbcc         | 82498342 00 13f0 0b30 aa bbcc
            VP9 | 640x360 | 2a 00 00 30 0140 00b4 0280 0168 82498342 00 13f0 0b30 aa, 2c 02 00 bbcc | 82498342 00 13f0 0b30 aa bbcc d9 0a000000 02000000 d9
            AV1 | 1920x1080 | 38 01 10 0c 08 0000004aabbfc377ffe701 30 10aabb | 0a 0b 0000004aabbfc377ffe701 32 03 10aabb
            AV1 | 1920x1080 | 08 0d 0a 0b 0000004aabbfc377ffe701 04 32 02 10aa 02 7800 | 0a 0b 0000004aabbfc377ffe701 32 02 10aa
            AV1 | 1920x1080 | 68 0c 08 0000004aabbfc377ffe701 30 10, d0 aabb, 90 cc | 0a 0b 0000004aabbfc377ffe701 32 04 10aabbcc
            """)
    void shouldPutTogether(Codec codec, String size, String payloads, String expected) {
        List<String> all = List.of(payloads.split(",", -1));
        LayerIntake any = Objects.requireNonNull(LayerIntake.of(codec, HOLD_NS, out::add));
        for (int i = 0; i < all.size(); i++) {
            byte[] payload = Hex.bytes(all.get(i));
            any.add(new Packet(i, 7, i, i, i == 0, i == all.size() - 1, payload), i);
        }
        assertEquals(1, out.size());
        assertTrue(out.getFirst().key());
        assertEquals(Hex.text(Hex.bytes(expected)), Hex.text(out.getFirst().data()));
        assertTrue(
                String.valueOf(out.getFirst().format()).endsWith(", " + size),
                () -> String.valueOf(out.getFirst().format()));
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
