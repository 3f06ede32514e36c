package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.rtcp.RtcpParser;
import io.spillway.media.rtcp.RtcpVisitor;
import io.spillway.media.rtp.TimestampUnwrapper;
import io.spillway.sfu.DropCounters;
import io.spillway.sfu.srtp.Refusal;
import io.spillway.sfu.srtp.SrtpKeys;
import io.spillway.sfu.srtp.SrtpProfile;
import io.spillway.sfu.srtp.SrtpProvider;
import io.spillway.sfu.srtp.SrtpReceiver;
import io.spillway.sfu.srtp.SrtpSender;
import io.spillway.sfu.transport.MediaSink;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A viewer who watches for 24 hours of virtual time while a publisher follows another every three: sequence numbers wrap some forty and sixty times,
 * timestamps too. The SRTP index never repeats, both sides agree on it through loss and reordering, and time stays time.
 */
final class DayLongStreamTest {

    private static final long HOUR_NS = 3_600_000_000_000L;
    private static final long STEP_NS = 5 * World.MS;
    private static final int TICKS_A_SECOND = 90_000;

    private final World world = new World();
    private final Wire wire = new Wire();

    @Test
    void shouldKeepNumbersAndTimeForADay() {
        OutboundMedia viewer = new TestViewer().media(world, wire, new DropCounters(), new Random(1));
        viewer.start(world.nowNs);
        long startNs = world.nowNs;
        for (int id = 1; id <= 8; id++) {
            TestPublisher publisher = TestPublisher.vp8(id);
            publisher.groupFrames = 60;
            publisher.frameBytes = 300;
            publisher.keyframeBytes = 2_000;
            publisher.lossShare = 0.001;
            publisher.lateShare = 0.001;
            world.publish(publisher);
            play(publisher, viewer, startNs + 3 * HOUR_NS * id);
        }
        wire.arrive(0);

        Source video = wire.source(TestViewer.VIDEO_SSRC);
        Source audio = wire.source(TestViewer.AUDIO_SSRC);
        assertTrue(video.highestIndex >> 16 >= 39, "video rolled over " + (video.highestIndex >> 16) + " times");
        assertTrue(audio.highestIndex >> 16 >= 64, "audio rolled over " + (audio.highestIndex >> 16) + " times");
        // 7.8e9 ticks: more than one cycle of 32 bits.
        long expected = 24L * 3_600 * TICKS_A_SECOND;
        long lasted = video.newestTimestamp - video.firstTimestamp;
        assertTrue(Math.abs(lasted - expected) < TICKS_A_SECOND, lasted + " ticks in 24 h, not " + expected);
        assertTrue(wire.reports >= 2 * 24 * 3_600 * 0.9, wire.reports + " sender reports");
        assertTrue(video.lost < 0.05 * video.indices.cardinality() && video.lost > 0);
    }

    private void play(TestPublisher publisher, OutboundMedia viewer, long untilNs) {
        while (world.nowNs < untilNs) {
            world.nowNs += STEP_NS;
            publisher.tick(world.nowNs);
            while (viewer.nextDeadlineNs() <= world.nowNs) {
                viewer.onTimeout(world.nowNs);
            }
        }
    }

    /** One SSRC as sent and as received. */
    private static final class Source {
        final BitSet indices = new BitSet();
        final TimestampUnwrapper timestamps = new TimestampUnwrapper();
        long highestIndex = -1;
        long firstTimestamp = -1;
        long newestTimestamp;
        long lost;
        boolean seen;
    }

    /** The viewer's SRTP: the rollover counters and windows of the product, and a network that loses and reorders. Instead of a cipher there is the index. */
    private static final class Wire implements MediaSink, SrtpProvider, RtcpVisitor {

        private static final int MAX_IN_FLIGHT = 20;

        private final SrtpKeys keys = new SrtpKeys(SrtpProfile.AEAD_AES_128_GCM, new byte[16], new byte[12]);
        private final SrtpSender sender = new SrtpSender(this, keys);
        private final SrtpReceiver receiver = new SrtpReceiver(this, keys);
        private final Random random = new Random(7);
        private final ArrayDeque<ByteBuffer> inFlight = new ArrayDeque<>();
        private final ArrayDeque<ByteBuffer> spare = new ArrayDeque<>();
        private final ByteBuffer opened = ByteBuffer.allocate(64);
        private final Map<Integer, Source> sources = new HashMap<>();
        long reports;

        @Override
        public boolean sendRtp(
                ByteBuffer head,
                int headLength,
                int rtpHeaderLength,
                ByteBuffer payload,
                int payloadOffset,
                int payloadLength,
                long nowNs) {
            ByteBuffer sealed = spare.isEmpty() ? ByteBuffer.allocate(64) : spare.pop();
            sender.protectRtp(head, headLength, rtpHeaderLength, payload, payloadOffset, payloadLength, sealed, 0);
            Source source = source(head.getInt(8));
            long time = source.timestamps.unwrap(head.getInt(4));
            source.firstTimestamp = source.firstTimestamp < 0 ? time : source.firstTimestamp;
            source.newestTimestamp = Math.max(source.newestTimestamp, time);
            boolean first = !source.seen;
            source.seen = true;
            if (!first && random.nextInt(100) == 0) {
                source.lost++;
                spare.push(sealed);
                return true;
            }
            inFlight.add(sealed);
            arrive(first ? 0 : random.nextInt(MAX_IN_FLIGHT));
            return true;
        }

        Source source(int ssrc) {
            return sources.computeIfAbsent(ssrc, of -> new Source());
        }

        /** Packets come in, not always the eldest first, until so many are left. */
        void arrive(int left) {
            while (inFlight.size() > left) {
                if (random.nextInt(4) == 0) {
                    inFlight.add(inFlight.remove());
                }
                ByteBuffer sealed = inFlight.remove();
                int length = receiver.unprotectRtp(sealed, 0, 12 + Long.BYTES + 16, opened);
                assertFalse(Refusal.is(length), () -> "refused: " + Refusal.reason(length));
                spare.push(sealed);
            }
        }

        @Override
        public boolean sendRtcp(ByteBuffer packet, int length, long nowNs) {
            assertTrue(RtcpParser.parse(packet, 0, length, this));
            return true;
        }

        @Override
        public void onSenderReport(int ssrc, long ntp, int rtpTimestamp, long packetCount, long octetCount) {
            reports++;
        }

        @Override
        public String name() {
            return "index";
        }

        @Override
        public Sealer sealer(SrtpKeys of) {
            return new IndexSealer();
        }

        @Override
        public Opener opener(SrtpKeys of) {
            return new IndexOpener();
        }

        private final class IndexSealer implements Sealer {

            @Override
            public int sealRtp(
                    int ssrc,
                    long index,
                    ByteBuffer head,
                    int headLength,
                    int rtpHeaderLength,
                    ByteBuffer payload,
                    int payloadOffset,
                    int payloadLength,
                    ByteBuffer out,
                    int outOffset) {
                Source source = source(ssrc);
                assertFalse(source.indices.get((int) index), () -> "the nonce of " + index + " was used before");
                source.indices.set((int) index);
                source.highestIndex = Math.max(source.highestIndex, index);
                out.put(0, head, 0, 12).put(0, (byte) 0x80).putLong(12, index);
                return 12 + Long.BYTES + 16;
            }

            @Override
            public int sealRtcp(
                    int ssrc, int index, ByteBuffer packet, int offset, int length, ByteBuffer out, int outOffset) {
                throw new AssertionError("RTCP is not sealed here");
            }

            @Override
            public void close() {}
        }

        private static final class IndexOpener implements Opener {

            @Override
            public int openRtp(
                    int ssrc, long index, ByteBuffer in, int offset, int headerLength, int length, ByteBuffer out) {
                assertEquals(in.getLong(12), index, "both sides count alike");
                return length;
            }

            @Override
            public int openRtcp(int ssrc, int indexWord, ByteBuffer in, int offset, int length, ByteBuffer out) {
                return FORGED;
            }

            @Override
            public void close() {}
        }
    }
}
