package io.spillway.media.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.Codec;
import io.spillway.media.time.PublisherClock;
import io.spillway.media.time.SenderClock;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ParsedPacketsTest {

    private final PacketHistory history = new PacketHistory(new HistoryBounds(1 << 16, 1 << 17, 512));
    private final ParsedPackets packets = new ParsedPackets(history);

    @Test
    void shouldParseAPacketOnceForAllWhoAsk() {
        append(70_000, 1200);
        ParsedPacket first = find(70_000);
        assertTrue(first.isWellFormed());
        assertEquals(70_000 & 0xFFFF, first.rtp().sequence());
        assertEquals(70_000, first.stored().extendedSequence());
        assertSame(first, find(70_000));
        assertNull(packets.find(70_064), "same slot, another packet, which never came");
        assertEquals(70_000, find(70_000).stored().extendedSequence(), "and back again");
        assertNull(packets.find(-1));
        assertNull(packets.find(69_999));
    }

    @Test
    void shouldParseALongBurstOnceForAllViewers() {
        Layer layer = new Layer(
                "",
                new Format(Codec.H264, Map.of("packetization-mode", "1")),
                HistoryBounds.VIDEO,
                new SenderClock(90_000, new PublisherClock()),
                (wanted, nowNs) -> {});
        Map<Long, ParsedPacket> parsed = new HashMap<>();
        // A packet that is parsed again for the second viewer gives way to another in its slot meanwhile.
        layer.subscribe((from, extSeqs, count, nowNs) -> {
            for (int i = 0; i < count; i++) {
                parsed.put(extSeqs[i], Objects.requireNonNull(from.packets().find(extSeqs[i])));
            }
        });
        int[] held = new int[1];
        layer.subscribe((from, extSeqs, count, nowNs) -> {
            for (int i = 0; i < count; i++) {
                ParsedPacket first = parsed.get(extSeqs[i]);
                held[0] += first != null && first.stored().extendedSequence() == extSeqs[i] ? 1 : 0;
            }
        });
        for (int i = 0; i < 200; i++) {
            RtpBytes.append(layer, RtpBytes.packet(i, i * 960, 100, RtpBytes.SLICE), i, 0);
        }
        layer.flush(0);
        assertEquals(200, held[0], "packets still parsed when the second viewer comes to them");
    }

    @Test
    void shouldTellPaddingFromMedia() {
        history.appendPadding(70_000, 0, 0);
        assertFalse(find(70_000).isWellFormed());
        assertTrue(find(70_000).stored().isPadding());
    }

    @Test
    void shouldForgetWhatTheHistoryForgot() {
        append(70_000, 1200);
        find(70_000);
        for (long sequence = 70_001; history.contains(70_000); sequence++) {
            append(sequence, 1200);
        }
        assertNull(packets.find(70_000));
    }

    @Test
    void shouldReadOnWhenTheHistoryDoubles() {
        history.keepFrom(0);
        int capacity = history.capacityBytes();
        long sequence = 70_000;
        for (; history.capacityBytes() == capacity; sequence++) {
            append(sequence, 1200);
            find(sequence);
        }
        for (long kept = sequence - 1; kept > sequence - 40; kept--) {
            ParsedPacket packet = find(kept);
            assertEquals(kept & 0xFFFF, packet.rtp().sequence());
            assertTrue(RtpBytes.isPayloadOf(
                    kept,
                    packet.stored().buffer(),
                    packet.stored().offset(),
                    packet.stored().length()));
        }
    }

    private ParsedPacket find(long sequence) {
        ParsedPacket found = packets.find(sequence);
        if (found == null) {
            throw new AssertionError("packet " + sequence + " is not there");
        }
        return found;
    }

    private void append(long sequence, int length) {
        ByteBuffer packet = RtpBytes.packet(sequence, 0, length);
        history.append(sequence, 0, 0, packet, 0, length);
    }
}
