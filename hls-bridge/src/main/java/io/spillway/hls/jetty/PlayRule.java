package io.spillway.hls.jetty;

import io.spillway.hls.HlsReply;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** Who may watch a stream by HLS: the same who may by WHEP. Any thread; never blocks. */
public interface PlayRule {

    /** Whether everybody may: then caches may keep what is answered and share it. */
    boolean isOpen(String stream);

    /** Why this caller may not watch, or null when it may. */
    @Nullable
    HlsReply refusal(Request request, String stream);
}
