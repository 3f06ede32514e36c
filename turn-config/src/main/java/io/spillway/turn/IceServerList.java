package io.spillway.turn;

import java.time.InstantSource;
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

    /** The servers for one session, one a URL, with credentials minted for it where the entry has a secret. */
    public List<IceServer> forSession(String sessionId) {
        return members.stream()
                .flatMap(member -> member.forSession(sessionId).stream())
                .toList();
    }

    private record Member(IceServerEntry entry, @Nullable TurnRestCredentials minter) {

        List<IceServer> forSession(String sessionId) {
            if (minter != null) {
                TurnRestCredentials.Credential minted = minter.mint(sessionId);
                return with(minted.username(), minted.password());
            }
            return with(entry.username(), entry.credential());
        }

        /** Only relays ask for credentials, so only they get them. */
        private List<IceServer> with(String username, String credential) {
            return entry.urls().stream()
                    .map(url -> url.startsWith("turn")
                            ? new IceServer(url, username, credential)
                            : new IceServer(url, null, null))
                    .toList();
        }
    }
}
