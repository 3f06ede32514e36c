package io.spillway.sfu.tcp;

/**
 * What strangers may hold open.
 *
 * @param connections in all
 * @param waiting connections that no session has
 * @param waitingPerAddress of one IPv4 address or IPv6 /64: an office that joins at once has as many
 * @param waitMs how long a connection may go without a session: until its first valid check, and after its session's end
 */
public record TcpBounds(int connections, int waiting, int waitingPerAddress, int waitMs) {

    /** A session may come by several interfaces. */
    private static final int CONNECTIONS_A_SESSION = 2;

    /** Those of a server that takes so many sessions. */
    public static TcpBounds forSessions(int sessions) {
        return new TcpBounds(sessions * CONNECTIONS_A_SESSION + 1024, 1024, 64, 10_000);
    }
}
