package io.spillway.whipwhep;

/** How often one caller may ask: {@code burst} requests at once, and {@code perSecond} on average. Both at least 1. */
public record RateLimit(int burst, int perSecond) {

    /** @throws IllegalArgumentException when either is below 1 */
    public RateLimit {
        if (burst < 1 || perSecond < 1) {
            throw new IllegalArgumentException(
                    "a rate limit needs at least 1 request, not " + burst + ", " + perSecond);
        }
    }
}
