package io.spillway.sfu.srtp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.spillway.testkit.Seeds;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PacketIndexTest {

    @Test
    void shouldFindTheNearestIndex() {
        record Row(long highest, int sequence, long index) {}
        Row[] rows = {
            new Row(-1, 0, 0),
            new Row(-1, 65535, 65535),
            new Row(0, 1, 1),
            new Row(65535, 0, 65536),
            new Row(65536, 65535, 65535),
            new Row(65536, 1, 65537),
            new Row(3, 65535, PacketIndex.BEFORE_START),
            new Row(0x1_FFFF, 5, 0x2_0005),
            new Row(0x2_0005, 0xFFF0, 0x1_FFF0),
            new Row(0x2_8000, 0x7FFF, 0x2_7FFF),
            new Row(0xFFFF_FFF0L, 3, 0x1_0000_0003L),
        };
        for (Row row : rows) {
            assertEquals(row.index, PacketIndex.guess(row.highest, row.sequence), row.toString());
        }
    }

    @Seeds(10)
    void shouldFollowAStreamThatIsLossyAndReorderedThroughManyCycles(long seed) {
        Random random = new Random(seed);
        long highest = -1;
        long sent = random.nextInt(65536);
        for (int i = 0; i < 20_000; i++) {
            sent += 1 + random.nextInt(60);
            long arrives = highest < 0 ? sent : Math.max(0, sent - random.nextInt(1_000));
            assertEquals(arrives, PacketIndex.guess(highest, (int) (arrives & 0xFFFF)));
            highest = Math.max(highest, arrives);
        }
    }
}
