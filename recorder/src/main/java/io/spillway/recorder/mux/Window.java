package io.spillway.recorder.mux;

/** A stretch of a movie's time, in seconds, of which all is kept and of what lies outside as little as can be. */
record Window(double fromS, double toS) {

    static final Window ALL = new Window(0, Double.MAX_VALUE);

    boolean meets(long startTicks, long endTicks, int timescale) {
        return endTicks > fromS * timescale && startTicks < toS * timescale;
    }
}
