package io.spillway.whipwhep;

import io.spillway.media.problem.JsonString;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One STUN or TURN server. Nothing in it can end a Link value early: OBS splits the header at every comma and semicolon, quoted
 * or not.
 *
 * @param url {@code stun:}, {@code stuns:}, {@code turn:} or {@code turns:}, RFC 7064 and 7065
 * @param username null where the server asks for none; then so is {@code credential}
 */
public record IceServer(
        String url, @Nullable String username, @Nullable String credential) {

    private static final Pattern URL = Pattern.compile("(?:stuns?|turns?):[A-Za-z0-9._\\-\\[\\]:%?=&]+");
    private static final Pattern QUOTABLE = Pattern.compile("[\\x21-\\x7e&&[^\",;\\\\]]+");

    /** @throws IllegalArgumentException when a part cannot be written into a Link header that OBS reads */
    public IceServer {
        if (!URL.matcher(url).matches()) {
            throw new IllegalArgumentException("not a stun or turn address: " + url);
        }
        if ((username == null) != (credential == null)) {
            throw new IllegalArgumentException("username and credential come together: " + url);
        }
        if (username != null
                && credential != null
                && !(QUOTABLE.matcher(username).matches()
                        && QUOTABLE.matcher(credential).matches())) {
            throw new IllegalArgumentException(
                    "username and credential may hold no space, quote, comma or semicolon: " + url);
        }
    }

    /** The value of this server's own Link header line. RFC 9725 §4.6. */
    public String link() {
        String link = "<" + url + ">; rel=\"ice-server\"";
        return username == null
                ? link
                : link + "; username=\"" + username + "\"; credential=\"" + credential
                        + "\"; credential-type=\"password\"";
    }

    /** As an {@code RTCIceServer} of browsers. */
    public String json() {
        return "{\"urls\":" + JsonString.quoted(url)
                + (username == null ? "" : ",\"username\":" + JsonString.quoted(username))
                + (credential == null ? "" : ",\"credential\":" + JsonString.quoted(credential))
                + "}";
    }
}
