package io.spillway.turn;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One STUN or TURN server as one client is told of it. {@code username} and {@code credential} are both null for a server that asks for
 * none, and both set otherwise; neither holds a character that a {@code Link} line would have to quote.
 */
public record IceServer(
        List<String> urls,
        @Nullable String username,
        @Nullable String credential) {

    public IceServer {
        urls = List.copyOf(urls);
    }

    /**
     * The server as {@code Link} header values, one a URL, each to stand on a header line of its own: OBS cuts at every comma and loses
     * what is joined. Only relays are given the credential. RFC 9725 §4.6.
     */
    public List<String> links() {
        List<String> links = new ArrayList<>(urls.size());
        for (String url : urls) {
            boolean relay = url.startsWith("turn");
            links.add("<" + url + ">; rel=\"ice-server\"" + (relay && username != null ? credentialParameters() : ""));
        }
        return List.copyOf(links);
    }

    private String credentialParameters() {
        return "; username=\"" + username + "\"; credential=\"" + credential + "\"; credential-type=\"password\"";
    }

    /** Without the credential, which is a secret: this may reach a log. */
    @Override
    public String toString() {
        return "IceServer" + urls;
    }
}
