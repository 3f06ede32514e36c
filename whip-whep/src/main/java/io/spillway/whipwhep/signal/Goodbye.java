package io.spillway.whipwhep.signal;

/**
 * Why a socket is closed.
 *
 * @param code RFC 6455 §7.4.1
 * @param reason 123 bytes at most, as a close frame has them
 */
public record Goodbye(int code, String reason) {

    static final int GOING_AWAY = 1001;
    static final int UNSUPPORTED_DATA = 1003;
    static final int POLICY = 1008;
    static final int TOO_BIG = 1009;
    static final int TRY_AGAIN_LATER = 1013;
}
