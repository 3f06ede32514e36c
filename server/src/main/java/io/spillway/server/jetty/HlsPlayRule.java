package io.spillway.server.jetty;

import io.spillway.hls.HlsReply;
import io.spillway.hls.jetty.PlayRule;
import io.spillway.media.live.StreamName;
import io.spillway.sfu.Rejected;
import io.spillway.signaling.auth.Authority;
import io.spillway.signaling.auth.Caller;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;

/** Watching by HLS as {@link Authority} has it: the watch key stands in {@code Authorization: Bearer}, or as {@code token} in the query of each address. */
public final class HlsPlayRule implements PlayRule {

    /** Opens nothing; stands where more than one key was sent. */
    private static final String NO_KEY = "";

    private static final String SCHEME = "bearer ";
    private static final InetAddress NOWHERE = InetAddress.ofLiteral("0.0.0.0");

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
            authority.play(caller(request), name.get(), key(request));
            return null;
        } catch (Rejected refused) {
            return HlsReply.problem(refused.status(), refused.type(), String.valueOf(refused.getMessage()));
        }
    }

    private static @Nullable String key(Request request) {
        List<String> lines = request.getHeaders().getValuesList(HttpHeader.AUTHORIZATION);
        if (lines.isEmpty()) {
            Fields.Field token = Request.extractQueryParameters(request).get("token");
            return token == null ? null : token.getValue();
        }
        if (lines.size() > 1) {
            return NO_KEY;
        }
        String value = lines.getFirst().strip();
        return value.toLowerCase(Locale.ROOT).startsWith(SCHEME)
                ? value.substring(SCHEME.length()).strip()
                : value;
    }

    private static Caller caller(Request request) {
        HttpFields headers = request.getHeaders();
        return new Caller(
                request.getConnectionMetaData().getRemoteSocketAddress() instanceof InetSocketAddress peer
                                && peer.getAddress() != null
                        ? peer.getAddress()
                        : NOWHERE,
                request.getHttpURI().getAuthority(),
                headers.get(HttpHeader.ORIGIN),
                headers.stream().anyMatch(field -> Caller.isForwardingHeader(field.getName())));
    }
}
