package io.spillway.whipwhep;

import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Broken invariants, written to the log once for each distinct stack: whoever finds one cannot fill the disk with it. Any thread. */
public final class Bugs {

    /** More distinct stacks than a build that passed its tests has. */
    private static final int MAX_STACKS = 64;

    private static final Logger LOG = LoggerFactory.getLogger(Bugs.class);

    private final Set<Integer> seen = ConcurrentHashMap.newKeySet();

    /** Whether the bug is new, and was logged. */
    public boolean log(String where, RuntimeException bug) {
        int stack = 31 * bug.getClass().hashCode() + Arrays.hashCode(bug.getStackTrace());
        if (seen.size() >= MAX_STACKS || !seen.add(stack)) {
            return false;
        }
        LOG.error("{} failed; said once for this stack", where, bug);
        return true;
    }
}
