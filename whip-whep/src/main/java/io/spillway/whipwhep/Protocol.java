package io.spillway.whipwhep;

import io.spillway.sfu.Sfu.SessionRole;

/** The two protocols, told apart by the first or last part of the path. */
public enum Protocol {
    /** Ingest, RFC 9725. */
    WHIP("whip", SessionRole.PUBLISHER),
    /** Egress, draft-ietf-wish-whep-03. */
    WHEP("whep", SessionRole.VIEWER);

    private final String segment;
    private final SessionRole role;

    Protocol(String segment, SessionRole role) {
        this.segment = segment;
        this.role = role;
    }

    /** Its part of a path, and its label in counters. */
    public String segment() {
        return segment;
    }

    /** The side of a stream its sessions are on. */
    public SessionRole role() {
        return role;
    }
}
