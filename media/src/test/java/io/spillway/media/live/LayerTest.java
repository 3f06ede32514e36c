package io.spillway.media.live;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.ParameterSet;
import io.spillway.media.time.PublisherClock;
import io.spillway.media.time.SenderClock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LayerTest {

    private static final long MS = 1_000_000L;
    private static final Format VIDEO = new Format(Codec.H264, Map.of());
    private static final Format AUDIO = new Format(Codec.OPUS, Map.of());

    private final List<Long> keyframeRequests = new ArrayList<>();
    private final List<Long> received = new ArrayList<>();
    private final StoredPacket found = new StoredPacket();

    @Test
    void shouldGoOnToOtherReadersWhenOneBreaks() {
        Layer layer = layer(VIDEO, HistoryBounds.VIDEO);
        List<RuntimeException> told = new ArrayList<>();
        IllegalStateException defect = new IllegalStateException("broken reader");
        layer.subscribe(new LayerSubscriber() {
            @Override
            public void onBurst(Layer from, long[] extSeqs, int count, long nowNs) {
                throw defect;
            }

            @Override
            public void onDefect(RuntimeException caught, long nowNs) {
                told.add(caught);
                layer.unsubscribe(this);
            }
        });
        layer.subscribe((from, extSeqs, count, nowNs) -> received.add(extSeqs[0]));
        put(layer, 100, 3000, true);
        layer.flush(0);
        put(layer, 101, 6000, false);
        layer.flush(0);

        assertEquals(List.of(defect), told);
        assertEquals(List.of(100L, 101L), received);
    }

    @Test
    void shouldStartGopAtFirstPacketOfTheKeyframesTimestamp() {
        Layer layer = layer(VIDEO, HistoryBounds.VIDEO);
        put(layer, 10, 3000, false);
        put(layer, 11, 6000, false); // access unit delimiter
        assertEquals(-1, layer.gopStart());
        put(layer, 12, 6000, true); // SPS
        put(layer, 13, 6000, true); // IDR
        put(layer, 14, 9000, false);

        assertEquals(11, layer.gopStart());
        assertEquals(4, layer.gopPackets());
        assertEquals(4000, layer.gopBytes());
    }

    @Test
    void shouldExtendGopBackwardsWhenItsFirstPacketsComeLate() {
        Layer layer = layer(VIDEO, HistoryBounds.VIDEO);
        put(layer, 10, 3000, false);
        put(layer, 13, 6000, true);
        put(layer, 14, 9000, false);
        put(layer, 11, 6000, false);
        assertEquals(13, layer.gopStart(), "12 is still missing");
        put(layer, 12, 6000, true);

        assertEquals(11, layer.gopStart());
        assertEquals(4, layer.gopPackets());
    }

    @Test
    void shouldFindGopWhenTheKeyframesMarkedPacketIsRepaired() {
        Layer layer = layer(VIDEO, HistoryBounds.VIDEO);
        put(layer, 10, 3000, false);
        put(layer, 12, 6000, false); // continues the keyframe
        put(layer, 13, 9000, false);
        put(layer, 11, 6000, true); // begins it, by retransmission

        assertEquals(11, layer.gopStart());
        assertEquals(3, layer.gopPackets());
        assertTrue(layer.history().find(11, found));
        assertTrue(found.isLate());
    }

    @Test
    void shouldNotGoBackToAnOlderKeyframe() {
        Layer layer = layer(VIDEO, HistoryBounds.VIDEO);
        put(layer, 20, 6000, true);
        put(layer, 15, 3000, true);
        assertEquals(20, layer.gopStart());
        assertEquals(1, layer.gopPackets());
    }

    @Test
    void shouldSayThatNoGopIsKeptWhenItOutgrowsTheBound() {
        Layer layer = layer(VIDEO, new HistoryBounds(1 << 16, 1 << 17, 512));
        put(layer, 0, 0, true);
        int timestamp = 0;
        long extSeq = 1;
        for (; layer.gopStart() >= 0; extSeq++) {
            timestamp += 3000;
            put(layer, extSeq, timestamp, false);
        }
        assertEquals(1, layer.gopOverflows());
        assertTrue(extSeq > 120, "128 KiB hold 120 packets of 1000 bytes, not only " + extSeq);
        put(layer, extSeq, timestamp + 3000, true);
        assertEquals(extSeq, layer.gopStart());
        assertEquals(1, layer.gopOverflows());
    }

    @Test
    void shouldHandOverOneBurstInOrderOfArrivalWithPaddingMarked() {
        Layer layer = layer(VIDEO, HistoryBounds.VIDEO);
        layer.subscribe((from, extSeqs, count, nowNs) -> {
            for (int i = 0; i < count; i++) {
                received.add(extSeqs[i]);
            }
        });
        put(layer, 10, 3000, false);
        put(layer, 12, 3000, false);
        layer.skipPadding(13, 0);
        put(layer, 11, 3000, false);
        assertEquals(List.of(), received);
        layer.flush(0);
        layer.flush(0);

        assertEquals(List.of(10L, 12L, 13L, 11L), received);
        assertTrue(layer.history().find(13, found));
        assertTrue(found.isPadding());
        assertEquals(13, layer.highestSequence());
    }

    @Test
    void shouldStopHandingOverWhenUnsubscribedDuringTheBurst() {
        Layer layer = layer(VIDEO, HistoryBounds.VIDEO);
        LayerSubscriber once = new LayerSubscriber() {
            @Override
            public void onBurst(Layer from, long[] extSeqs, int count, long nowNs) {
                received.add(extSeqs[0]);
                from.unsubscribe(this);
            }
        };
        layer.subscribe(once);
        put(layer, 1, 0, false);
        layer.flush(0);
        put(layer, 2, 0, false);
        layer.flush(0);
        assertEquals(List.of(1L), received);
    }

    @Test
    void shouldHandOverLongBurstsInParts() {
        Layer layer = layer(VIDEO, HistoryBounds.VIDEO);
        layer.subscribe((from, extSeqs, count, nowNs) -> received.add((long) count));
        for (int i = 0; i < 150; i++) {
            RtpBytes.append(layer, RtpBytes.packet(i, i * 960, 100, RtpBytes.SLICE), i, 0);
        }
        layer.flush(0);
        assertEquals(List.of(64L, 64L, 22L), received);
    }

    @Test
    void shouldMeasureRatesAndKeyframeInterval() {
        Layer layer = layer(VIDEO, HistoryBounds.VIDEO);
        // 25 fps, 4 packets of 1000 bytes a frame, a keyframe every 2 s
        for (int frame = 0; frame < 150; frame++) {
            for (int i = 0; i < 4; i++) {
                put(layer, frame * 4L + i, frame * 3600, frame % 50 == 0 && i == 0, frame * 40L * MS);
            }
        }
        long nowNs = 6000 * MS;
        assertEquals(800_000, layer.bitrateBps(nowNs));
        assertEquals(25.0, layer.framesPerSecond(nowNs));
        assertEquals(2000 * MS, layer.keyframeIntervalNs(nowNs));
        assertEquals(6000 * MS, layer.keyframeIntervalNs(nowNs + 4000 * MS), "the last keyframe is 6 s old");
        assertEquals(0, layer.bitrateBps(nowNs + 5000 * MS));
    }

    @Test
    void shouldTellThatItIsSilent() {
        Layer layer = layer(VIDEO, HistoryBounds.VIDEO);
        assertFalse(layer.isActive(0));
        put(layer, 1, 0, false);
        assertTrue(layer.isActive(1000 * MS));
        assertFalse(layer.isActive(2000 * MS));
    }

    /** As from a publisher that probes with the SSRC of a layer it has stopped: there is nothing to watch in it (R41). */
    @Test
    void shouldTellThatNothingButPaddingComes() {
        Layer layer = layer(VIDEO, HistoryBounds.VIDEO);
        put(layer, 1, 0, false);
        for (int i = 1; i <= 30; i++) {
            layer.skipPadding(1 + i, i * (100L * MS));
        }
        assertFalse(layer.isActive(3000 * MS));
        assertEquals(3000 * MS, layer.lastArrivalNs());
    }

    @Test
    void shouldForgetGopAndCountEpochWhenRestarted() {
        Layer layer = layer(VIDEO, HistoryBounds.VIDEO);
        layer.subscribe((from, extSeqs, count, nowNs) -> received.add((long) from.epoch()));
        put(layer, 1, 0, true);
        layer.restart(new Format(Codec.VP8, Map.of()), 0);
        assertEquals(List.of(0L), received, "what came before the break is handed over before it");
        assertEquals(1, layer.epoch());
        assertEquals(-1, layer.gopStart());
        assertEquals(Codec.VP8, layer.codec());
        assertFalse(layer.clock().isSet());
    }

    /** SPS (High 3.1, 1280x720) and PPS as x264 writes them. */
    @Test
    void shouldKeepTheNewestParameterSetsAndTheSizeTheyTell() {
        Layer layer = layer(VIDEO, HistoryBounds.VIDEO);
        byte[] sps = HexFormat.of().parseHex("6764001facd9405005bb011000000300100000030320f1831960");
        byte[] pps = HexFormat.of().parseHex("68ebe3cb22c0");
        byte[] otherPps = HexFormat.of().parseHex("68ebe3cb22c1");
        for (int keyframe = 0; keyframe < 2; keyframe++) {
            putNal(layer, keyframe * 4L, keyframe * 90_000, sps);
            putNal(layer, keyframe * 4L + 1, keyframe * 90_000, pps);
            putNal(layer, keyframe * 4L + 2, keyframe * 90_000, pps);
        }
        ParameterSets sets = layer.parameterSets();
        assertEquals(2, sets.count());
        assertEquals(ParameterSet.SPS, sets.kindAt(0));
        assertEquals(ParameterSet.PPS, sets.kindAt(1));
        byte[] kept = new byte[sets.lengthAt(1)];
        sets.buffer().get(sets.offsetAt(1), kept);
        assertArrayEquals(pps, kept);
        assertEquals(1280, layer.width());
        assertEquals(720, layer.height());

        putNal(layer, 9, 180_000, sps);
        putNal(layer, 10, 180_000, otherPps);
        assertEquals(2, sets.count(), "those of the keyframe before are gone");
        sets.buffer().get(sets.offsetAt(1), kept);
        assertArrayEquals(otherPps, kept);
        layer.restart(VIDEO, 0);
        assertEquals(0, sets.count());
    }

    /** VP8 payload descriptor with S, keyframe tag, start code, 640x360: RFC 7741 §4.2, RFC 6386 §9.1. */
    @Test
    void shouldKnowTheSizeThatAKeyframeTells() {
        Layer layer = layer(new Format(Codec.VP8, Map.of()), HistoryBounds.VIDEO);
        byte[] keyframe = HexFormat.of().parseHex("10" + "100200" + "9d012a" + "8002" + "6801");
        RtpBytes.append(layer, RtpBytes.packet(1, 0, 12 + keyframe.length, keyframe), 1, 0);
        assertEquals(640, layer.width());
        assertEquals(360, layer.height());
        assertEquals(1, layer.gopStart());
        layer.restart(VIDEO, 0);
        assertEquals(0, layer.width());
    }

    @Test
    void shouldAskForKeyframesOfVideoOnly() {
        layer(VIDEO, HistoryBounds.VIDEO).requestKeyframe(5);
        layer(AUDIO, HistoryBounds.AUDIO).requestKeyframe(6);
        assertEquals(List.of(5L), keyframeRequests);
    }

    private Layer layer(Format format, HistoryBounds bounds) {
        SenderClock clock = new SenderClock(format.codec().clockRateHz(), new PublisherClock());
        return new Layer("", format, bounds, clock, (layer, nowNs) -> keyframeRequests.add(nowNs));
    }

    private static void putNal(Layer layer, long extSeq, int timestamp, byte[] nal) {
        RtpBytes.append(layer, RtpBytes.packet(extSeq, timestamp, 12 + nal.length, nal), extSeq, 0);
    }

    private static void put(Layer layer, long extSeq, int timestamp, boolean startsKeyframe) {
        put(layer, extSeq, timestamp, startsKeyframe, timestamp * 100_000L / 9);
    }

    private static void put(Layer layer, long extSeq, int timestamp, boolean startsKeyframe, long arrivalNs) {
        byte[] start = startsKeyframe ? RtpBytes.IDR : RtpBytes.SLICE;
        RtpBytes.append(layer, RtpBytes.packet(extSeq, timestamp, 1000, start), extSeq, arrivalNs);
    }
}
