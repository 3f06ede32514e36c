package io.spillway.sfu.session;

import io.spillway.sfu.Sfu.Counter;
import io.spillway.sfu.Sfu.SessionRole;
import io.spillway.sfu.Shedding;
import io.spillway.sfu.transport.CloseReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/** How many sessions came and went, and why, over all loops. Any thread. */
final class SessionCounters {

    private static final SessionRole[] ROLES = SessionRole.values();
    private static final CloseReason[] REASONS = CloseReason.values();
    private static final Shedding[] STEPS = Shedding.values();

    private final AtomicLongArray opened = new AtomicLongArray(ROLES.length);
    private final AtomicLongArray connected = new AtomicLongArray(ROLES.length);
    private final AtomicLongArray closed = new AtomicLongArray(REASONS.length);
    private final AtomicLongArray shed = new AtomicLongArray(STEPS.length);
    private final AtomicLong freezes = new AtomicLong();
    private final AtomicLong frozenNs = new AtomicLong();

    void opened(SessionRole role) {
        opened.incrementAndGet(role.ordinal());
    }

    void connected(SessionRole role) {
        connected.incrementAndGet(role.ordinal());
    }

    void closed(CloseReason reason) {
        closed.incrementAndGet(reason.ordinal());
    }

    /** An overloaded loop went on to leave this undone. */
    void shed(Shedding step) {
        shed.incrementAndGet(step.ordinal());
    }

    void froze(long durationNs) {
        freezes.incrementAndGet();
        frozenNs.addAndGet(durationNs);
    }

    List<Counter> snapshot() {
        List<Counter> all = new ArrayList<>();
        for (SessionRole role : ROLES) {
            all.add(new Counter("sessions_opened", label(role), opened.get(role.ordinal())));
            all.add(new Counter("sessions_connected", label(role), connected.get(role.ordinal())));
        }
        for (CloseReason reason : REASONS) {
            all.add(new Counter("sessions_closed", label(reason), closed.get(reason.ordinal())));
        }
        for (Shedding step : STEPS) {
            if (step != Shedding.NOTHING) {
                all.add(new Counter("overload_steps", step.label(), shed.get(step.ordinal())));
            }
        }
        all.add(new Counter("viewer_freezes", "", freezes.get()));
        all.add(new Counter("viewer_frozen_ms", "", frozenNs.get() / 1_000_000));
        return all;
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
