package io.spillway.whipwhep;

/**
 * What the operator decides.
 *
 * @param perAddress for each IPv4 address or IPv6 /64; loopback is exempt
 * @param perToken for each token, whoever sends it
 * @param bodyTimeoutMs how long a client may take to send its offer
 * @param httpsOnly whether plain HTTP is refused to all but loopback. RFC 9725 §4.1 asks for it; off by default
 * @param strictIfMatch whether a PATCH without If-Match is refused even when its credentials say which ICE generation is meant. RFC 9725
 *     §4.3.1 asks for it; off by default, as there are clients that never read the first ETag
 */
public record Policy(
        RateLimit perAddress, RateLimit perToken, int bodyTimeoutMs, boolean httpsOnly, boolean strictIfMatch) {

    /** Requests a second of one address. */
    private static final int PER_ADDRESS = 50;

    /** Requests a second under one token. */
    private static final int PER_TOKEN = 200;

    /** What a caller has saved up when it was silent, in seconds of its rate. */
    private static final int BURST_SECONDS = 4;

    /** Lets an office behind one address join at once, and a stream's shared token be known to a crowd. */
    public static Policy standard() {
        // OBS gives up after 8 s in all: an offer that is not here by then is for nobody.
        return new Policy(rate(PER_ADDRESS), rate(PER_TOKEN), 8_000, false, false);
    }

    /** With other rates, in requests a second; four seconds' worth may come at once. */
    public Policy withRates(int ofAddress, int ofToken) {
        return new Policy(rate(ofAddress), rate(ofToken), bodyTimeoutMs, httpsOnly, strictIfMatch);
    }

    private static RateLimit rate(int perSecond) {
        return new RateLimit(BURST_SECONDS * perSecond, perSecond);
    }

    public Policy withHttpsOnly(boolean only) {
        return new Policy(perAddress, perToken, bodyTimeoutMs, only, strictIfMatch);
    }

    public Policy withStrictIfMatch(boolean strict) {
        return new Policy(perAddress, perToken, bodyTimeoutMs, httpsOnly, strict);
    }
}
