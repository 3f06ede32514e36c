package io.spillway.whipwhep.signal;

import io.spillway.whipwhep.Address;
import io.spillway.whipwhep.Call;
import io.spillway.whipwhep.Caller;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end of a socket, as the request said that opened it.
 *
 * @param base as in {@link Call}
 * @param agent what it calls itself; empty for nothing
 * @param secure whether it came by TLS
 * @param serverAddress as in {@link Call}
 */
public record Peer(
        Caller caller,
        String base,
        String agent,
        boolean secure,
        @Nullable InetAddress serverAddress) {

    /** Of the request that wants to become a socket; keeps nothing of it. */
    public static Peer of(Call request) {
        List<String> agents = request.fields().apply("User-Agent");
        return new Peer(
                request.caller(),
                request.base(),
                agents.isEmpty() ? "" : agents.getFirst(),
                request.secure(),
                request.serverAddress());
    }

    /**
     * A request of WHIP or WHEP by this peer.
     *
     * @param key as bearer; null for none
     * @param type of the body; empty for none
     * @param ifMatch empty for none
     */
    Call call(String method, Address address, @Nullable String key, String type, String ifMatch, int bodyBytes) {
        Map<String, List<String>> fields = new HashMap<>();
        put(fields, "User-Agent", agent);
        put(fields, "Authorization", key == null || key.isEmpty() ? "" : "Bearer " + key);
        put(fields, "Content-Type", type);
        put(fields, "If-Match", ifMatch);
        return new Call(
                method,
                address,
                base,
                name -> fields.getOrDefault(name, List.of()),
                "",
                bodyBytes,
                caller,
                secure,
                serverAddress);
    }

    private static void put(Map<String, List<String>> fields, String name, String value) {
        if (!value.isEmpty()) {
            fields.put(name, List.of(value));
        }
    }
}
