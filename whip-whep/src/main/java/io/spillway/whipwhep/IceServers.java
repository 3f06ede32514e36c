package io.spillway.whipwhep;

import java.util.List;

/** The STUN and TURN servers a client should use, with credentials minted for one session. W29, W31. */
public interface IceServers {

    /** The servers for a session, in order of preference; empty when the client needs none. */
    List<IceServer> forSession(String sessionId);
}
