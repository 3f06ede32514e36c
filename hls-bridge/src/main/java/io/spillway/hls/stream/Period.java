package io.spillway.hls.stream;

/**
 * What lies between two discontinuities: one publisher, one encoder, one format a track. The same in all renditions.
 *
 * @param number counts them from 0 in one run
 * @param startTicks where it begins on the stream's timeline, in ticks of {@value #TIMESCALE} a second
 */
public record Period(long number, long startTicks) {

    public static final int TIMESCALE = 90_000;

    static final Period FIRST = new Period(0, 0);
}
