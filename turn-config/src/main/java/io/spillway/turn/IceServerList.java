package io.spillway.turn;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The STUN and TURN servers that clients are told of, in the order configured. Immutable; any thread may ask. */
public final class IceServerList {

    private final List<Member> members;

    /**
     * @param ttlSeconds how long minted credentials hold
     * @param clock wall clock, which coturn's must agree with
     */
    public IceServerList(List<IceServerEntry> entries, int ttlSeconds, InstantSource clock) {
        this.members = entries.stream()
                .map(entry -> new Member(
                        entry,
                        entry.secret().isEmpty() ? null : new TurnRestCredentials(entry.secret(), ttlSeconds, clock)))
                .toList();
    }

    /** The servers for one session, with credentials minted for it where the entry has a secret. */
    public List<IceServer> forSession(String sessionId) {
        return members.stream().map(member -> member.forSession(sessionId)).toList();
    }

    /** The same as values of {@code Link} header lines, one line each. RFC 9725 §4.6. */
    public List<String> linksFor(String sessionId) {
        List<String> links = new ArrayList<>();
        for (IceServer server : forSession(sessionId)) {
            links.addAll(server.links());
        }
        return List.copyOf(links);
    }

    private record Member(IceServerEntry entry, @Nullable TurnRestCredentials minter) {

        IceServer forSession(String sessionId) {
            if (minter != null) {
                TurnRestCredentials.Credential minted = minter.mint(sessionId);
                return new IceServer(entry.urls(), minted.username(), minted.password());
            }
            return entry.username().isEmpty()
                    ? new IceServer(entry.urls(), null, null)
                    : new IceServer(entry.urls(), entry.username(), entry.credential());
        }
    }
}
