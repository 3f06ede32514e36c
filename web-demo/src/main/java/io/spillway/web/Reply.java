package io.spillway.web;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What one address of the site answers. {@code body} is read-only and shared by all who ask: duplicate it to read. {@code etag} is a strong, quoted tag
 * and {@code location} the address to go to instead; each is null where there is none.
 */
public record Reply(
        int status,
        String contentType,
        ByteBuffer body,
        @Nullable String etag,
        String cacheControl,
        @Nullable String location,
        Framing framing) {

    /** Who may show this reply in a frame. */
    public enum Framing {
        /** Pages with buttons that act in the person's name. */
        NOBODY("'none'"),
        /** The bare player, made to stand in other sites' pages. */
        ANYBODY("*");

        private final String ancestors;

        Framing(String ancestors) {
            this.ancestors = ancestors;
        }
    }

    /** Only what this server itself serves is run, loaded or called; WebRTC the policy does not cover, HLS plays from this server or from what the page made of it. */
    public String contentSecurityPolicy() {
        return "default-src 'self'; media-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors "
                + framing.ancestors;
    }

    /** Whether a client that holds the given {@code If-None-Match} holds this very body. */
    public boolean isHeldBy(@Nullable String ifNoneMatch) {
        if (ifNoneMatch == null || etag == null) {
            return false;
        }
        for (String held : ifNoneMatch.split(",", -1)) {
            String tag = held.strip();
            if (tag.equals("*") || (tag.startsWith("W/") ? tag.substring(2) : tag).equals(etag)) {
                return true;
            }
        }
        return false;
    }
}
