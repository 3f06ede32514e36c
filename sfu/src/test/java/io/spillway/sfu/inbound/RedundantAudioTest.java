package io.spillway.sfu.inbound;

import static io.spillway.sfu.inbound.World.AUDIO_PT;
import static io.spillway.sfu.inbound.World.AUDIO_SSRC;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.MediaKind;
import io.spillway.media.live.Layer;
import io.spillway.media.live.ParsedPacket;
import io.spillway.media.rtp.HeaderExtension;
import io.spillway.media.rtp.RedPayload;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.sdp.AgreedMedia;
import io.spillway.sfu.sdp.PayloadMapping;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A publisher's redundant audio becomes plain Opus, and its lost packets come out of later ones (R21). */
class RedundantAudioTest {

    private static final int RED_PT = 63;
    private static final int PACKET_TICKS = 960;
    private static final int LEVEL_ID = 12;

    private final World world = new World(new AgreedMedia(
            0,
            "0",
            MediaKind.AUDIO,
            List.of(new PayloadMapping(AUDIO_PT, -1, RED_PT, Codec.OPUS, 2, Map.of(), Set.of())),
            Map.of(HeaderExtension.AUDIO_LEVEL.uri(), LEVEL_ID),
            List.of(),
            true,
            List.of(new AgreedMedia.Source(AUDIO_SSRC, 0))));

    private final Layer layer = world.media
            .publication()
            .track(MediaKind.AUDIO)
            .orElseThrow()
            .layers()
            .getFirst();

    @Test
    void shouldTakeItsOwnPayloadOut() {
        send(10);
        send(11, 10);

        assertArrayEquals(opus(10), payload(10));
        assertArrayEquals(opus(11), payload(11));
        ParsedPacket packet = packet(11);
        assertEquals(AUDIO_PT, packet.rtp().payloadType());
        assertEquals(11 * PACKET_TICKS, packet.rtp().timestamp());
        assertEquals(0x55, packet.rtp().buffer().get(packet.rtp().extensionOffset(LEVEL_ID)), "extensions stay");
        assertEquals(
                0, Arrays.stream(DropReason.values()).mapToLong(world::dropped).sum(), "nothing is a duplicate");
    }

    @Test
    void shouldTakeLostPacketsOutInOrder() {
        send(10);
        send(13, 11, 12);

        for (int seq = 11; seq <= 12; seq++) {
            assertArrayEquals(opus(seq), payload(seq));
            assertEquals(seq * PACKET_TICKS, packet(seq).rtp().timestamp());
            assertFalse(packet(seq).stored().isLate(), "before the packet that brought it");
        }
        assertArrayEquals(opus(13), payload(13));
    }

    @Test
    void shouldStillCountWhatWasLost() {
        send(10);
        for (int seq = 12; seq < 60; seq += 2) {
            send(seq, seq - 1);
        }
        world.advanceMs(1_000);

        assertEquals(
                0.5,
                world.media.status(world.nowNs).getFirst().layers().getFirst().lossFraction(),
                0.05);
    }

    @Test
    void shouldGoOnWithPlainPacketsBetween() {
        send(10);
        world.rtp(AUDIO_PT, 11, 11 * PACKET_TICKS, AUDIO_SSRC, opus(11));
        send(13, 12);

        for (int seq = 10; seq <= 13; seq++) {
            assertArrayEquals(opus(seq), payload(seq));
        }
        assertEquals(0, layer.epoch(), "the codec did not change");
    }

    @Test
    void shouldRefuseWhatIsMalformedOrOfAnotherType() {
        send(10);
        world.rtp(RED_PT, 11, 11 * PACKET_TICKS, AUDIO_SSRC, new byte[] {(byte) 0xEF, 0x0F, 0x3F});
        world.rtp(RED_PT, 12, 12 * PACKET_TICKS, AUDIO_SSRC, new byte[] {9, 0x78, 1, 2});

        assertEquals(1, world.dropped(DropReason.MALFORMED_PAYLOAD));
        assertEquals(1, world.dropped(DropReason.UNKNOWN_PAYLOAD_TYPE));
    }

    private void send(int seq, int... earlier) {
        ByteBuffer payload = ByteBuffer.allocate(200);
        int at = 0;
        for (int each : earlier) {
            int ticks = (seq - each) * PACKET_TICKS;
            RedPayload.writeBlockHeader(payload, at, AUDIO_PT, ticks, opus(each).length);
            at += RedPayload.BLOCK_HEADER_BYTES;
        }
        RedPayload.writeOwnHeader(payload, at++, AUDIO_PT);
        for (int each : earlier) {
            payload.put(at, opus(each));
            at += opus(each).length;
        }
        payload.put(at, opus(seq));
        at += opus(seq).length;
        byte[] bytes = Arrays.copyOf(payload.array(), at);
        world.rtp(RED_PT, seq, seq * PACKET_TICKS, AUDIO_SSRC, header -> header.extension(LEVEL_ID, 0x55, 1), bytes);
        world.media.onBurstEnd(world.nowNs);
    }

    /** 20 ms, and of another length and content a packet. */
    private static byte[] opus(int seq) {
        byte[] bytes = new byte[10 + seq % 3];
        Arrays.fill(bytes, (byte) seq);
        bytes[0] = 0x78;
        return bytes;
    }

    private ParsedPacket packet(int seq) {
        ParsedPacket packet = layer.packets().find((1 << 16) + seq);
        if (packet == null || !packet.isWellFormed()) {
            throw new AssertionError("packet " + seq + " is missing");
        }
        return packet;
    }

    private byte[] payload(int seq) {
        ParsedPacket packet = packet(seq);
        byte[] bytes = new byte[packet.rtp().payloadLength()];
        packet.rtp().buffer().get(packet.rtp().payloadOffset(), bytes);
        return bytes;
    }
}
