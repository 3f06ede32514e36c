package io.spillway.sfu.inbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RtcpBudgetTest {

    private static final long MS = 1_000_000L;

    private final RtcpBudget budget = new RtcpBudget();

    @Test
    void shouldEarnADatagramWithFourPacketsOnceSavingsAreSpent() {
        int sent = spend(0);
        assertTrue(sent <= 32, "saved at the start: " + sent);
        for (int i = 0; i < 399; i++) {
            budget.onPacket();
            if (budget.allows(0)) {
                budget.onSent(0);
                sent++;
            }
        }
        assertEquals(32 + 99, sent);
    }

    @Test
    void shouldEarnWithTimeWhenThePublisherIsSilent() {
        budget.allows(0);
        spend(0);
        assertFalse(budget.allows(199 * MS));
        assertEquals(200 * MS, budget.allowedFromNs());
        assertTrue(budget.allows(200 * MS));
        assertEquals(Long.MIN_VALUE, budget.allowedFromNs());
        budget.onSent(200 * MS);
        assertFalse(budget.allows(399 * MS));
    }

    private int spend(long nowNs) {
        int sent = 0;
        while (budget.allows(nowNs)) {
            budget.onSent(nowNs);
            sent++;
        }
        return sent;
    }
}
