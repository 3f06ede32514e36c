package io.spillway.server.jetty;

import io.spillway.hls.HlsReply;
import io.spillway.hls.jetty.PlayRule;
import io.spillway.media.live.StreamName;
import io.spillway.sfu.Rejected;
import io.spillway.signaling.auth.Authority;
import io.spillway.signaling.jetty.Calls;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;

/** Watching by HLS as {@link Authority} has it: the watch key stands in {@code Authorization: Bearer}, or as {@code token} in the query of each address. */
public final class HlsPlayRule implements PlayRule {

    private final Authority authority;

    public HlsPlayRule(Authority authority) {
        this.authority = authority;
    }

    @Override
    public boolean isOpen(String stream) {
        return StreamName.parse(stream).map(authority::isOpen).orElse(true);
    }

    @Override
    public @Nullable HlsReply refusal(Request request, String stream) {
        Optional<StreamName> name = StreamName.parse(stream);
        if (name.isEmpty()) {
            return null; // nothing is there, and the bridge says so
        }
        try {
            authority.play(Calls.caller(request), name.get(), key(request));
            return null;
        } catch (Rejected refused) {
            return HlsReply.problem(refused.status(), refused.type(), refused.sentence());
        }
    }

    static @Nullable String key(Request request) {
        String key = Calls.key(request.getHeaders().getValuesList(HttpHeader.AUTHORIZATION));
        Fields.Field token = Request.extractQueryParameters(request).get("token");
        return key == null && token != null ? token.getValue() : key;
    }
}
