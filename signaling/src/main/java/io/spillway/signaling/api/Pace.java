package io.spillway.signaling.api;

import io.spillway.sfu.Rejected;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** Who changes things too often is refused. Any thread. */
@FunctionalInterface
public interface Pace {

    /**
     * Takes one request of a caller's budget.
     *
     * @param key the bearer token; null when none was presented
     * @throws Rejected 429 with the time to wait
     */
    void take(InetAddress address, @Nullable String key) throws Rejected;
}
