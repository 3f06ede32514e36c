package io.spillway.sfu.session;

import io.spillway.sfu.Sfu.Counter;
import io.spillway.sfu.Sfu.SessionRole;
import io.spillway.sfu.transport.CloseReason;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How many sessions came and went, and why; datagrams in. Owned by one loop. */
final class SessionCounters {

    private final Map<SessionRole, long[]> opened = new EnumMap<>(SessionRole.class);
    private final Map<SessionRole, long[]> connected = new EnumMap<>(SessionRole.class);
    private final Map<CloseReason, long[]> closed = new EnumMap<>(CloseReason.class);
    private long receivedDatagrams;
    private long receivedBytes;

    void opened(SessionRole role) {
        opened.computeIfAbsent(role, _ -> new long[1])[0]++;
    }

    void connected(SessionRole role) {
        connected.computeIfAbsent(role, _ -> new long[1])[0]++;
    }

    void closed(CloseReason reason) {
        closed.computeIfAbsent(reason, _ -> new long[1])[0]++;
    }

    void received(int bytes) {
        receivedDatagrams++;
        receivedBytes += bytes;
    }

    List<Counter> snapshot() {
        List<Counter> all = new ArrayList<>();
        all.add(new Counter("datagrams_received", "", receivedDatagrams));
        all.add(new Counter("bytes_received", "", receivedBytes));
        opened.forEach((role, count) -> all.add(new Counter("sessions_opened", label(role), count[0])));
        connected.forEach((role, count) -> all.add(new Counter("sessions_connected", label(role), count[0])));
        closed.forEach((reason, count) -> all.add(new Counter("sessions_closed", label(reason), count[0])));
        return all;
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
