package io.spillway.sfu.congestion;

/** What the delay of packets says of the path's queue. */
enum Usage {
    /** The queue neither grows nor drains. */
    NORMAL,
    /** The queue grows: more is sent than the path carries. */
    OVER,
    /** The queue drains. */
    UNDER
}
