package io.spillway.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.rtcp.RtcpParser;
import io.spillway.media.rtcp.RtcpVisitor;
import io.spillway.media.rtcp.RtcpWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GapsTest {

    private static final long MS = 1_000_000L;

    private final Gaps gaps = new Gaps();
    private final RtcpWriter writer = new RtcpWriter();
    private final ByteBuffer buffer = ByteBuffer.allocate(1_200);

    @Test
    void shouldAskAgainForWhatStaysMissing() {
        gaps.add(10, 0);
        gaps.add(11, 0);
        assertEquals(List.of(10, 11), asked(0));
        assertEquals(List.of(), asked(90 * MS));
        assertTrue(gaps.fill(10));
        assertEquals(List.of(11), asked(110 * MS));
    }

    @Test
    void shouldFillEachGapOnce() {
        gaps.add(10, 0);
        assertFalse(gaps.fill(9));
        assertTrue(gaps.fill(10));
        assertFalse(gaps.fill(10));
        assertTrue(gaps.isEmpty());
    }

    @Test
    void shouldGiveUpAfterASecond() {
        gaps.add(10, 0);
        gaps.add(11, 500 * MS);
        assertEquals(0, gaps.giveUp(1_000 * MS));
        assertEquals(1, gaps.giveUp(1_001 * MS));
        assertFalse(gaps.isEmpty());
        assertEquals(1, gaps.giveUp(1_501 * MS));
        assertTrue(gaps.isEmpty());
    }

    @Test
    void shouldRefuseMoreThanItHolds() {
        for (int i = 0; i < Gaps.MOST; i++) {
            assertTrue(gaps.add(i, 0));
        }
        assertFalse(gaps.add(Gaps.MOST, 0));
    }

    private List<Integer> asked(long nowNs) {
        List<Integer> numbers = new ArrayList<>();
        writer.reset(buffer);
        gaps.ask(writer, 1, 2, nowNs);
        if (writer.length() > 0) {
            RtcpParser.parse(buffer, 0, writer.length(), new RtcpVisitor() {
                @Override
                public void onNack(int senderSsrc, int mediaSsrc, int sequence) {
                    numbers.add(sequence);
                }
            });
        }
        return numbers;
    }
}
