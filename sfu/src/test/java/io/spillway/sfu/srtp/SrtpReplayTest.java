package io.spillway.sfu.srtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.spillway.sfu.DropReason;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What a receiver takes late, twice, forged, or from too many sources. */
class SrtpReplayTest {

    private static final int SSRC = 0x1234;

    private final Random random = new Random(5);
    private final ByteBuffer opened = ByteBuffer.allocate(2048);

    private Stream<DynamicTest> forEach(BiConsumer<SrtpSender, SrtpReceiver> test) {
        List<DynamicTest> tests = new ArrayList<>();
        for (SrtpProfile profile : SrtpProfile.values()) {
            for (SrtpProvider provider : Providers.all()) {
                tests.add(DynamicTest.dynamicTest(profile + " by " + provider.name(), () -> {
                    SrtpKeys keys = Providers.keys(profile, random);
                    try (SrtpSender sender = new SrtpSender(provider, keys);
                            SrtpReceiver receiver = new SrtpReceiver(provider, keys)) {
                        test.accept(sender, receiver);
                    }
                }));
            }
        }
        return tests.stream();
    }

    private static ByteBuffer sealed(SrtpSender sender, int ssrc, int sequence) {
        ByteBuffer packet = ByteBuffer.allocate(60);
        packet.put(0, (byte) 0x80)
                .put(1, (byte) 96)
                .putShort(2, (short) sequence)
                .putInt(8, ssrc);
        ByteBuffer out = ByteBuffer.allocate(100);
        int length = sender.protectRtp(packet, 12, 12, packet, 12, 48, out, 0);
        return out.limit(length);
    }

    private DropReason refused(SrtpReceiver receiver, ByteBuffer packet) {
        return Refusal.reason(receiver.unprotectRtp(packet, 0, packet.limit(), opened));
    }

    private boolean taken(SrtpReceiver receiver, ByteBuffer packet) {
        return !Refusal.is(receiver.unprotectRtp(packet, 0, packet.limit(), opened));
    }

    @TestFactory
    Stream<DynamicTest> shouldTakeAThousandLatePacketsOnceEach() {
        return forEach((sender, receiver) -> {
            List<ByteBuffer> packets = new ArrayList<>();
            for (int i = 0; i < 1024; i++) {
                // Over the wrap of the sequence number.
                packets.add(sealed(sender, SSRC, (65_000 + i) & 0xFFFF));
            }
            assertEquals(true, taken(receiver, packets.getFirst()));
            assertEquals(true, taken(receiver, packets.getLast()));
            List<ByteBuffer> late = new ArrayList<>(packets.subList(1, 1023));
            Collections.shuffle(late, random);
            for (ByteBuffer packet : late) {
                assertEquals(true, taken(receiver, packet));
            }
            for (ByteBuffer packet : packets) {
                assertEquals(DropReason.SRTP_REPLAY, refused(receiver, packet));
            }
            assertEquals(true, taken(receiver, sealed(sender, SSRC, (65_000 + 1024) & 0xFFFF)));
            assertEquals(DropReason.SRTP_TOO_OLD, refused(receiver, packets.getFirst()));
        });
    }

    @TestFactory
    Stream<DynamicTest> shouldLearnNothingFromForgedPackets() {
        return forEach((sender, receiver) -> {
            assertEquals(true, taken(receiver, sealed(sender, SSRC, 100)));
            ByteBuffer next = sealed(sender, SSRC, 101);
            for (int sequence : new int[] {101, 30_000, 32_868, 99}) {
                ByteBuffer forged = ByteBuffer.allocate(next.limit()).put(0, next, 0, next.limit());
                forged.putShort(2, (short) sequence).put(20, (byte) ~forged.get(20));
                assertEquals(DropReason.SRTP_AUTH, refused(receiver, forged));
            }
            assertEquals(true, taken(receiver, next), "neither its index nor the rollover counter moved");
        });
    }

    @TestFactory
    Stream<DynamicTest> shouldBoundSourcesAndKeepNoForgedOnes() {
        return forEach((sender, receiver) -> {
            for (int i = 0; i < 100; i++) {
                ByteBuffer forged = sealed(sender, SSRC, i + 1);
                forged.putInt(8, 9_000 + i);
                assertEquals(DropReason.SRTP_AUTH, refused(receiver, forged));
            }
            for (int i = 0; i < SrtpReceiver.MAX_SOURCES; i++) {
                assertEquals(true, taken(receiver, sealed(sender, 100 + i, 1)));
            }
            assertEquals(DropReason.TOO_MANY_SSRCS, refused(receiver, sealed(sender, 500, 1)));
            assertEquals(true, taken(receiver, sealed(sender, 100, 2)));
        });
    }

    @TestFactory
    Stream<DynamicTest> shouldRefuseMalformedPackets() {
        return forEach((sender, receiver) -> {
            ByteBuffer good = sealed(sender, SSRC, 1);
            record Row(String what, int first, int length) {}
            Row[] rows = {
                new Row("nothing", 0x80, 0),
                new Row("header only", 0x80, 12),
                new Row("shorter than its tag", 0x80, 21),
                new Row("version 1", 0x40, 76),
                new Row("CSRCs past the end", 0x8F, 40),
                new Row("extension past the end", 0x90, 20),
            };
            for (Row row : rows) {
                ByteBuffer packet = ByteBuffer.allocate(100).put(0, good, 0, good.limit());
                packet.put(0, (byte) row.first).putShort(14, (short) 0x4000);
                int result = receiver.unprotectRtp(packet, 0, row.length, opened);
                assertEquals(DropReason.SRTP_MALFORMED, Refusal.reason(result), row.what);
            }
            assertFalse(Refusal.is(receiver.unprotectRtp(good, 0, good.limit(), opened)));
        });
    }
}
