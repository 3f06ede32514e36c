package io.spillway.whipwhep;

/**
 * What the operator decides.
 *
 * @param perAddress for each IPv4 address or IPv6 /64; loopback is exempt
 * @param perToken for each token, whoever sends it
 * @param bodyTimeoutMs how long a client may take to send its offer
 * @param httpsOnly whether plain HTTP is refused to all but loopback. RFC 9725 §4.1 asks for it; off by default
 */
public record Policy(RateLimit perAddress, RateLimit perToken, int bodyTimeoutMs, boolean httpsOnly) {

    /** Lets an office behind one address join at once, and a stream's shared token be known to a crowd. */
    public static Policy standard() {
        // OBS gives up after 8 s in all: an offer that is not here by then is for nobody.
        return new Policy(new RateLimit(200, 50), new RateLimit(1000, 200), 8_000, false);
    }

    public Policy withHttpsOnly(boolean only) {
        return new Policy(perAddress, perToken, bodyTimeoutMs, only);
    }
}
