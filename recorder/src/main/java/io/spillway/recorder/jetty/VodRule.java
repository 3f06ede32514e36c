package io.spillway.recorder.jetty;

import io.spillway.media.live.StreamName;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** Who may watch what was recorded of a stream: the same who may watch the stream. Any thread; never blocks. */
public interface VodRule {

    /** Why a caller may not. {@code body} is a problem document. */
    record Refusal(int status, String body) {}

    /** Whether everybody may: then caches may keep what is answered and share it. */
    boolean isOpen(StreamName stream);

    /** Null when this caller may. */
    @Nullable
    Refusal refusal(Request request, StreamName stream);
}
