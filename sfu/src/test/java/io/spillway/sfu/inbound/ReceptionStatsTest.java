package io.spillway.sfu.inbound;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReceptionStatsTest {

    private static final long MS = 1_000_000L;
    private static final long CYCLE = 1L << 16;

    private final ReceptionStats stats = new ReceptionStats(90_000);

    /** RFC 3550 A.3: sequence numbers received in two intervals; fraction of the second, cumulative of both. */
    @ParameterizedTest
    @CsvSource({
        "1-10, 11-20, 0, 0",
        "1-10, 12-20, 25, 1", // 1 of 10: 256 / 10
        "1-10, 16-20, 128, 5",
        "1-5, 11-20, 85, 5", // 5 of 15
        "6-10, 1-5, 0, -5", // from before the first: more received than expected
    })
    void shouldCountLoss(String first, String second, int fraction, int cumulative) {
        receive(first);
        stats.close(0);
        receive(second);
        stats.close(0);
        assertEquals(fraction, stats.fractionLost());
        assertEquals(cumulative, stats.cumulativeLost());
    }

    @Test
    void shouldNotCountResentPacketsAsLost() {
        receive("1-4");
        receive("6-10");
        stats.onPacket(CYCLE + 5, 0, 0);
        stats.close(0);
        assertEquals(0, stats.fractionLost());
        assertEquals(0, stats.cumulativeLost());
    }

    @Test
    void shouldPutCyclesAboveTheHighestSequenceNumber() {
        stats.onPacket(CYCLE + 65_535, 0, 0);
        assertEquals(65_535, stats.extendedHighest());
        stats.onPacket(CYCLE + 65_536, 0, 0);
        assertEquals(0x1_0000, stats.extendedHighest());
    }

    /** RFC 3550 A.8 by hand: transit differences of 0, 900 and 900 ticks; J += |D| - ((J + 8) >> 4), in 16ths. */
    @Test
    void shouldSmoothJitterByASixteenth() {
        stats.onPacket(1, 0, 0);
        stats.onPacket(2, 3000, 33_333_334);
        assertEquals(0, stats.jitter());
        stats.onPacket(3, 6000, 76_666_667); // 10 ms late
        assertEquals(900 / 16, stats.jitter());
        stats.onPacket(4, 9000, 100_000_000); // in time again
        assertEquals((900 + 900 - (900 + 8) / 16) / 16, stats.jitter());
    }

    @Test
    void shouldNotTakeResentPacketsOrNewTimestampBasesForJitter() {
        stats.onPacket(1, 0, 0);
        stats.onPacket(3, 3000, 33_333_334);
        stats.onPacket(2, 0, 200 * MS);
        stats.onPacket(4, 1_000_000_000, 66_666_667);
        assertEquals(0, stats.jitter());
    }

    /** RFC 3550 §6.4.1 figure 2: SR at 0xb44db705 20000000, 5.25 s later a report: LSR 0xb7052000, DLSR 0x00054000. */
    @Test
    void shouldSayWhenTheLastReportCame() {
        stats.close(0);
        assertEquals(0, stats.lastReport());
        assertEquals(0, stats.delaySinceReport());
        stats.onSenderReport(0xb44db705_20000000L, 1000 * MS);
        stats.close(6250 * MS);
        assertEquals(0xb7052000, stats.lastReport());
        assertEquals(0x00054000, stats.delaySinceReport());
    }

    @Test
    void shouldAverageLossOverTheLastIntervals() {
        assertEquals(0, stats.lossFraction());
        receive("1-5");
        receive("11-20");
        stats.close(0);
        assertEquals(0.25, stats.lossFraction());
        for (int i = 0; i < 5; i++) {
            stats.close(0);
        }
        assertEquals(0, stats.lossFraction());
    }

    private void receive(String range) {
        String[] ends = range.split("-", -1);
        for (long seq = Long.parseLong(ends[0]); seq <= Long.parseLong(ends[1]); seq++) {
            stats.onPacket(CYCLE + seq, 0, 0);
        }
    }
}
