package io.spillway.turn;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One entry of {@code ice.servers} as configured. Credentials are minted a session where {@code secret} is not empty, else they are
 * {@code username} and {@code credential} as they stand, which are empty for a server that asks for none.
 */
public record IceServerEntry(List<String> urls, String username, String credential, String secret) {

    /** RFC 7064 and RFC 7065, without the percent-encoded host names nobody writes. Groups: scheme, host, port or null, transport or null. */
    private static final Pattern URL = Pattern.compile(
            "(stuns?|turns?):(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(?::(\\d{1,5}))?(?:\\?transport=(udp|tcp))?");

    /**
     * What a credential may be made of: printable ASCII without what ends a value in a {@code Link} line as OBS cuts it, or in coturn's
     * file: space, quote, comma, semicolon, backslash, angle brackets, {@code #}.
     */
    private static final Pattern CREDENTIAL = Pattern.compile("[\\x21-\\x7e&&[^\",;\\\\<>#]]*");

    private static final int MAX_PORT = 65_535;

    /** Where TURN listens unless its URL says otherwise. RFC 8656 §3.1. */
    private static final int DEFAULT_PORT = 3478;

    private static final int DEFAULT_TLS_PORT = 5349;

    /** @throws IllegalArgumentException with a sentence that says what is wrong and what is allowed, and quotes no secret */
    public IceServerEntry {
        urls = List.copyOf(urls);
        if (urls.isEmpty()) {
            throw new IllegalArgumentException(
                    "an entry of ice.servers has no urls; give it urls: [\"turn:host:3478?transport=udp\"]");
        }
        checkCredential(urls, "username", username);
        checkCredential(urls, "credential", credential);
        checkCredential(urls, "secret", secret);
        if (!secret.isEmpty() && !(username.isEmpty() && credential.isEmpty())) {
            throw new IllegalArgumentException(
                    "ice.servers " + urls
                            + " has a secret beside a username or credential; keep the secret to mint credentials, or the two others to use them as they are");
        }
        if (username.isEmpty() != credential.isEmpty()) {
            throw new IllegalArgumentException(
                    "ice.servers " + urls + " has only one of username and credential; give both or none");
        }
        for (String url : urls) {
            boolean relay = matched(url).group(1).startsWith("turn");
            if (relay && secret.isEmpty() && username.isEmpty()) {
                throw new IllegalArgumentException(
                        "ice.servers " + url
                                + " is a relay without credentials, which browsers refuse; add a secret, or a username and a credential");
            }
        }
    }

    /** The port of the first {@code turn:} URL (plain), or the default where there is none. */
    int port() {
        return port("turn", DEFAULT_PORT);
    }

    /** The port of the first {@code turns:} URL (TLS), or 0 where there is none. */
    int tlsPort() {
        return urls.stream().anyMatch(url -> url.startsWith("turns:")) ? port("turns", DEFAULT_TLS_PORT) : 0;
    }

    private int port(String scheme, int defaultPort) {
        for (String url : urls) {
            Matcher matcher = matched(url);
            if (scheme.equals(matcher.group(1)) && matcher.group(3) != null) {
                return Integer.parseInt(matcher.group(3));
            }
        }
        return defaultPort;
    }

    private static Matcher matched(String url) {
        Matcher matcher = URL.matcher(url);
        boolean stun = url.startsWith("stun");
        if (!matcher.matches() || (stun && matcher.group(4) != null) || !isPort(matcher.group(3))) {
            throw new IllegalArgumentException("ice.servers has " + url
                    + "; write it as stun:host:3478, turn:host:3478?transport=udp or turns:host:5349?transport=tcp");
        }
        return matcher;
    }

    private static boolean isPort(@Nullable String digits) {
        if (digits == null) {
            return true;
        }
        int port = Integer.parseInt(digits);
        return port > 0 && port <= MAX_PORT;
    }

    private static void checkCredential(List<String> urls, String field, String value) {
        if (!CREDENTIAL.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "the " + field + " of ice.servers " + urls
                            + " holds a character at which clients or coturn cut a value (space, quote, comma, semicolon, backslash, <, >, #) or one that is not ASCII; choose another");
        }
    }

    /** Without the secrets: this may reach a log. */
    @Override
    public String toString() {
        return "IceServerEntry" + urls;
    }
}
