package io.spillway.media.rtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Seeds;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@link SequenceUnwrapper} and {@link TimestampUnwrapper}. */
class UnwrapperTest {

    /** In the results, cycle 1 is the first. */
    @ParameterizedTest
    @CsvSource({
        // first, second, result of the second, highest
        "0,     1,     65537,  65537",
        "5,     5,     65541,  65541",
        "65535, 0,     131072, 131072",
        "0,     65535, 65535,  65536",
        "0,     32767, 98303,  98303",
        "0,     32768, 32768,  65536",
        "1,     32769, 32769,  65537",
        "50000, 10000, 141072, 141072",
    })
    void shouldPlaceASequenceWithinHalfACycle(int first, int second, long expected, long highest) {
        SequenceUnwrapper unwrapper = new SequenceUnwrapper();
        assertEquals(-1, unwrapper.highest());
        assertEquals(SequenceUnwrapper.FIRST_CYCLE + first, unwrapper.unwrap(first));
        assertEquals(expected, unwrapper.peek(second));
        assertEquals(SequenceUnwrapper.FIRST_CYCLE + first, unwrapper.highest());
        assertEquals(expected, unwrapper.unwrap(second));
        assertEquals(highest, unwrapper.highest());
    }

    @ParameterizedTest
    @CsvSource({
        "0,           1,           4294967297",
        "-1,          0,           8589934592",
        "0,           -1,          4294967295",
        "0,           2147483647,  6442450943",
        "0,           -2147483648, 2147483648",
        "-1000,       89000,       8590023592",
    })
    void shouldPlaceATimestampWithinHalfACycle(int first, int second, long expected) {
        TimestampUnwrapper unwrapper = new TimestampUnwrapper();
        assertEquals(-1, unwrapper.highest());
        assertEquals(TimestampUnwrapper.FIRST_CYCLE + Integer.toUnsignedLong(first), unwrapper.peek(first));
        unwrapper.unwrap(first);
        assertEquals(expected, unwrapper.peek(second));
        assertEquals(expected, unwrapper.unwrap(second));
        assertEquals(
                Math.max(expected, TimestampUnwrapper.FIRST_CYCLE + Integer.toUnsignedLong(first)),
                unwrapper.highest());
    }

    @Test
    void shouldStartAnewWhenReset() {
        SequenceUnwrapper sequences = new SequenceUnwrapper();
        sequences.unwrap(65535);
        sequences.unwrap(0);
        sequences.reset();
        assertEquals(-1, sequences.highest());
        assertEquals(SequenceUnwrapper.FIRST_CYCLE, sequences.unwrap(0));
        TimestampUnwrapper timestamps = new TimestampUnwrapper();
        timestamps.unwrap(-1);
        timestamps.unwrap(0);
        timestamps.reset();
        assertEquals(-1, timestamps.highest());
        assertEquals(TimestampUnwrapper.FIRST_CYCLE, timestamps.unwrap(0));
    }

    @Seeds(50)
    void shouldFollowASourceThroughManyCyclesWithLossAndReordering(long seed) {
        Random random = new Random(seed);
        SequenceUnwrapper sequences = new SequenceUnwrapper();
        TimestampUnwrapper timestamps = new TimestampUnwrapper();
        long sequence = SequenceUnwrapper.FIRST_CYCLE + random.nextInt(65536);
        long ticks = TimestampUnwrapper.FIRST_CYCLE + Integer.toUnsignedLong(random.nextInt());
        assertEquals(sequence, sequences.unwrap((int) sequence & 0xFFFF));
        assertEquals(ticks, timestamps.unwrap((int) ticks));
        for (int i = 0; i < 20_000; i++) {
            sequence += 1 + random.nextInt(100);
            ticks += random.nextInt(1 << 28);
            int lateBy = random.nextInt(30_000);
            assertEquals(sequence, sequences.unwrap((int) sequence & 0xFFFF));
            assertEquals(sequence - lateBy, sequences.unwrap((int) (sequence - lateBy) & 0xFFFF));
            assertEquals(ticks, timestamps.unwrap((int) ticks));
            assertEquals(ticks - lateBy, timestamps.unwrap((int) (ticks - lateBy)));
        }
        assertTrue(sequence >> 16 > 10 && ticks >> 32 > 10);
    }

    @Seeds(50)
    void shouldNeverBeNegativeWhenASourceJumpsAtRandom(long seed) {
        Random random = new Random(seed);
        SequenceUnwrapper sequences = new SequenceUnwrapper();
        TimestampUnwrapper timestamps = new TimestampUnwrapper();
        for (int i = 0; i < 10_000; i++) {
            assertTrue(sequences.unwrap(random.nextInt(65536)) >= 0);
            assertTrue(timestamps.unwrap(random.nextInt()) >= 0);
        }
    }
}
