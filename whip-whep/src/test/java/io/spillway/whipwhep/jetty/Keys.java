package io.spillway.whipwhep.jetty;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.Rejected;
import io.spillway.whipwhep.Admission;
import io.spillway.whipwhep.Caller;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Admission by a table: publish keys, and play tokens for the streams that ask for one. Open to all while the table is empty. */
public final class Keys implements Admission {

    private final Map<String, StreamName> publishKeys = new ConcurrentHashMap<>();
    private final Map<StreamName, String> playTokens = new ConcurrentHashMap<>();
    private final Queue<Caller> callers = new ConcurrentLinkedQueue<>();

    public Keys publishKey(String key, String stream) {
        publishKeys.put(key, new StreamName(stream));
        return this;
    }

    public Keys playToken(String stream, String token) {
        playTokens.put(new StreamName(stream), token);
        return this;
    }

    /** Everyone who asked, in order. */
    public Queue<Caller> callers() {
        return callers;
    }

    @Override
    public StreamName publish(Caller caller, @Nullable StreamName stream, @Nullable String key) throws Rejected {
        callers.add(caller);
        if (publishKeys.isEmpty() && stream != null) {
            return stream;
        }
        StreamName named = key == null ? null : publishKeys.get(key);
        if (named == null) {
            throw new Rejected(401, "unauthorized", "a publish key is needed");
        }
        if (stream != null && !stream.equals(named)) {
            throw new Rejected(403, "forbidden", "the key is for another stream");
        }
        return named;
    }

    @Override
    public void play(Caller caller, StreamName stream, @Nullable String token) throws Rejected {
        callers.add(caller);
        String needed = playTokens.get(stream);
        if (needed != null && !needed.equals(token)) {
            throw new Rejected(401, "unauthorized", "a play token is needed");
        }
    }
}
