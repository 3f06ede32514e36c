package io.spillway.server.jetty;

import java.io.IOException;

/** A TCP port that cannot be bound. */
public final class PortTakenException extends IOException {

    private static final long serialVersionUID = 1L;

    private final String key;
    private final int port;

    PortTakenException(String key, int port, IOException cause) {
        super(cause.getMessage(), cause);
        this.key = key;
        this.port = port;
    }

    /** The configuration key that names the port. */
    public String key() {
        return key;
    }

    public int port() {
        return port;
    }
}
