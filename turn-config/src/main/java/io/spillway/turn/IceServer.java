package io.spillway.turn;

import org.jspecify.annotations.Nullable;

/**
 * One STUN or TURN server as one client is told of it. Nothing in it needs quoting in a {@code Link} line, see {@link IceServerEntry}.
 *
 * @param url {@code stun:}, {@code stuns:}, {@code turn:} or {@code turns:}. RFC 7064, RFC 7065
 * @param username null for a server that asks for none, as every STUN server; then so is {@code credential}
 */
public record IceServer(
        String url, @Nullable String username, @Nullable String credential) {

    /** Without the credential, which is a secret: this may reach a log. */
    @Override
    public String toString() {
        return "IceServer[" + url + "]";
    }
}
