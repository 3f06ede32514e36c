package io.spillway.whipwhep;

import java.util.List;

/**
 * What lets pages of any site talk to us. The star is safe since no cookie or other ambient credential is ever taken: a page has
 * to know the key. X17.
 */
public final class Cors {

    /** On every reply, refusals too: a page that cannot read Retry-After or the problem cannot say what is wrong. */
    public static final List<Field> ALWAYS = List.of(
            new Field("Access-Control-Allow-Origin", "*"),
            new Field(
                    "Access-Control-Expose-Headers",
                    "Location, Link, ETag, Retry-After, Accept-Patch, Accept-Post, WWW-Authenticate"),
            new Field("Cache-Control", "no-store"),
            new Field("X-Content-Type-Options", "nosniff"));

    /** On OPTIONS. Headers stand by name, as a star never covers Authorization. */
    static final List<Field> PREFLIGHT = List.of(
            new Field("Access-Control-Allow-Methods", "POST, PATCH, DELETE, OPTIONS, GET, HEAD"),
            new Field("Access-Control-Allow-Headers", "Authorization, Content-Type, If-Match"),
            // Chromium caps at two hours.
            new Field("Access-Control-Max-Age", "7200"));

    private Cors() {}
}
