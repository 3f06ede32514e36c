package io.spillway.whipwhep;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts what callers ask, by the generic cell rate algorithm: one time a caller, the moment at which its budget is whole again.
 *
 * <p>Bounded: the caller heard of longest ago is forgotten first. Who has enough addresses to push others out gains only fresh
 * bursts for itself; nobody else is refused for it.
 *
 * @param <K> names a caller, in few bytes
 */
public final class RateLimiter<K> {

    private static final long SECOND_NS = 1_000_000_000L;

    private final long intervalNs;
    private final long toleranceNs;
    private final Map<K, Long> wholeAtNs;
    private final ReentrantLock lock = new ReentrantLock();

    public RateLimiter(RateLimit limit, int maxCallers) {
        this.intervalNs = SECOND_NS / limit.perSecond();
        this.toleranceNs = intervalNs * (limit.burst() - 1);
        this.wholeAtNs = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, Long> eldest) {
                return size() > maxCallers;
            }
        };
    }

    /** Takes one request of a caller's budget: 0 when it may pass, else the whole seconds after which to ask again. */
    public int take(K caller, long nowNs) {
        lock.lock();
        try {
            Long known = wholeAtNs.get(caller);
            long aheadNs = known == null ? 0 : Math.max(0, known - nowNs);
            if (aheadNs > toleranceNs) {
                return (int) Math.ceilDiv(aheadNs - toleranceNs, SECOND_NS);
            }
            wholeAtNs.put(caller, nowNs + aheadNs + intervalNs);
            return 0;
        } finally {
            lock.unlock();
        }
    }
}
