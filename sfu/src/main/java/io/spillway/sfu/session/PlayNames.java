package io.spillway.sfu.session;

/** What we call ourselves in SDES and SDP; the same on all tracks, so that players keep them in step (R29). */
final class PlayNames {

    static final String CNAME = "spillway";

    /** Of {@code a=msid}. */
    static final String STREAM_ID = "spillway";

    private PlayNames() {}
}
