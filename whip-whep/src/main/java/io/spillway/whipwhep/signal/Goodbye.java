package io.spillway.whipwhep.signal;

import io.spillway.sfu.Rejected;

/**
 * Why a socket is closed.
 *
 * @param code RFC 6455 §7.4
 * @param reason 123 bytes at most, as a close frame has them
 */
public record Goodbye(int code, String reason) {

    /** The server stops. */
    static final Goodbye GOING_AWAY = new Goodbye(1001, "the server stops");

    /**
     * Codes from here on are an application's (§7.4.2). Those of the protocol, 1002 to 1013, say that the connection is broken: it would be dropped with all
     * that the peer still sends, and a peer that still sends would not come to read why.
     */
    private static final int FIRST_OWN_CODE = 4000;

    /** For what HTTP would refuse with a status. */
    static Goodbye status(int status, String reason) {
        return new Goodbye(FIRST_OWN_CODE + status, reason);
    }

    static Goodbye of(Rejected refusal) {
        return status(refusal.status(), refusal.type());
    }
}
