package io.spillway.sfu.session;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Broken invariants, each distinct place logged once and all counted. Noted by one loop, counted for all. */
final class DistinctErrors {

    /** Enough to see every kind; more would be a flood of one kind. */
    private static final int MAX_LOGGED = 64;

    private static final Logger LOG = LoggerFactory.getLogger(DistinctErrors.class);

    private final Set<String> seen = new HashSet<>();
    private final AtomicLong count = new AtomicLong();

    /** Notes an exception that ended {@code what}. */
    void note(String what, RuntimeException error) {
        count.incrementAndGet();
        StackTraceElement[] stack = error.getStackTrace();
        String place = error.getClass().getName() + (stack.length == 0 ? "" : " at " + stack[0]);
        if (seen.size() < MAX_LOGGED && seen.add(place)) {
            LOG.error("a defect ended {}; this place is logged once", what, error);
        }
    }

    long count() {
        return count.get();
    }
}
