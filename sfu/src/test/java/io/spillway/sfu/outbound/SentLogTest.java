package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.Codec;
import io.spillway.media.live.Format;
import io.spillway.media.live.HistoryBounds;
import io.spillway.media.live.Layer;
import io.spillway.media.time.PublisherClock;
import io.spillway.media.time.SenderClock;
import io.spillway.sfu.sdp.PayloadMapping;
import io.spillway.testkit.Seeds;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SentLogTest {

    private static final long MS = 1_000_000L;
    private static final long FIRST = 65_536 + 65_000;

    private final SentLog log = new SentLog();
    private final Run run = run();

    @Test
    void shouldKeepASecondAtAnyRate() {
        for (int packetsPerMs : new int[] {1, 3, 8}) {
            long out = FIRST * packetsPerMs;
            long nowNs = 5_000_000_000_000L * packetsPerMs;
            for (int i = 0; i < 3_000 * packetsPerMs; i++) {
                log.add(
                        out + i,
                        run,
                        70_000_000_000L + i,
                        i - 7,
                        i % 3 == 0,
                        SentLog.NONE,
                        nowNs + i * MS / packetsPerMs);
            }
            for (int i = 2_000 * packetsPerMs; i < 3_000 * packetsPerMs; i++) {
                assertTrue(log.find(out + i), packetsPerMs + " packets a millisecond: packet " + i);
                assertEquals(70_000_000_000L + i, log.source());
                assertEquals(i - 7, log.timestamp());
                assertEquals(i % 3 == 0, log.opening());
                assertSame(run, log.run());
            }
            assertFalse(log.find(out - 1), "never sent");
            assertFalse(log.find(out + 3_000L * packetsPerMs), "not sent yet");
        }
    }

    /** Bursts and pauses, numbers that nobody gets, and packets that come late. */
    @Seeds(20)
    void shouldKeepASecondAtAnyMixOfRates(long seed) {
        Random random = new Random(seed);
        ArrayDeque<long[]> lastSecond = new ArrayDeque<>();
        long out = FIRST;
        long nowNs = 1_000 * MS;
        long gapNs = MS;
        for (int i = 0; i < 20_000; i++) {
            if (random.nextInt(500) == 0) {
                gapNs = random.nextLong(2, 20) * MS / 4;
            }
            nowNs += random.nextInt(5) == 0 ? 5 * gapNs : 0;
            out += random.nextInt(20) == 0 ? random.nextInt(1, 40) : 1;
            log.add(out, run, out, 0, false, SentLog.NONE, nowNs);
            lastSecond.add(new long[] {out, nowNs});
            while (nowNs - lastSecond.getFirst()[1] > 900 * MS) {
                lastSecond.removeFirst();
            }
            if (i % 50 == 0) {
                for (long[] kept : lastSecond) {
                    assertTrue(log.find(kept[0]), () -> kept[0] + " is gone");
                    assertEquals(kept[0], log.source());
                }
            }
        }
    }

    @Test
    void shouldForgetTheOldestBeyondItsBound() {
        for (int i = 0; i < 10_000; i++) {
            log.add(FIRST + i, run, i, 0, false, SentLog.NONE, 0);
        }
        assertFalse(log.find(FIRST + 10_000 - SentLog.MAX_PACKETS - 1));
        assertTrue(log.find(FIRST + 10_000 - SentLog.MAX_PACKETS));
    }

    @Test
    void shouldNotLetALatePacketTakeAYoungerOnesPlace() {
        log.add(FIRST + 64, run, 64, 0, false, SentLog.NONE, 0);
        log.add(FIRST, run, 0, 0, false, SentLog.NONE, 2_000 * MS);
        assertTrue(log.find(FIRST + 64));
        assertFalse(log.find(FIRST));
    }

    @Test
    void shouldCountRepeatsAndTheirTimesAlsoWhenItGrows() {
        log.add(FIRST, run, 9, 1, false, SentLog.NONE, 0);
        assertTrue(log.find(FIRST));
        assertEquals(0, log.resends());
        assertEquals(Long.MAX_VALUE, log.sinceResendNs(0));
        log.resent(20 * MS);
        log.resent(40 * MS);
        for (int i = 1; i < 500; i++) {
            log.add(FIRST + i, run, 9 + i, 1, false, SentLog.NONE, 41 * MS);
        }
        assertTrue(log.find(FIRST));
        assertEquals(2, log.resends());
        assertEquals(60 * MS, log.sinceResendNs(100 * MS));
        assertEquals(9, log.source());
        assertTrue(log.find(FIRST + 1));
        assertEquals(0, log.resends());
    }

    @Test
    void shouldKnowTheLastRunsAndNoneBeforeThem() {
        Run[] runs = new Run[40];
        for (int i = 0; i < runs.length; i++) {
            runs[i] = run();
            log.add(FIRST + 2L * i, run, 1, 0, false, SentLog.NONE, 0);
            log.add(FIRST + 2L * i + 1, runs[i], i, 0, false, SentLog.NONE, 0);
        }
        assertFalse(log.find(FIRST + 1), "its run is forgotten, so it cannot be sent again");
        assertTrue(log.find(FIRST + 2 * 39 + 1));
        assertSame(runs[39], log.run());
        assertTrue(log.find(FIRST + 2 * 39));
        assertSame(run, log.run());
        log.clear();
        assertFalse(log.find(FIRST + 2 * 39));
    }

    private static Run run() {
        Format format = new Format(Codec.VP8, Map.of());
        Layer layer = new Layer(
                "", format, HistoryBounds.VIDEO, new SenderClock(90_000, new PublisherClock()), (wanted, nowNs) -> {});
        var payload = new PayloadMapping(96, 97, Codec.VP8, 1, Map.of(), EnumSet.of(PayloadMapping.Feedback.NACK));
        return Run.of(layer, payload, new ExtensionMap(Map.of(), Map.of()), PictureNumbers.ZERO);
    }
}
