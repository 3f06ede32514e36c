package io.spillway.sfu.linux;

import org.jspecify.annotations.Nullable;

/**
 * One instance a peer address, so that a datagram from a known peer makes no garbage. Bounded: strangers' addresses push out others of the
 * same set, which are then made anew, nothing more.
 */
final class PeerCache {

    /** Sets of {@value #WAYS}: 4096 sessions with two addresses each, half full. */
    private static final int SETS = 4096;

    private static final int WAYS = 4;

    private final PeerAddress[] entries = new PeerAddress[SETS * WAYS];
    private final long seed;
    private int turn;

    /** @param seed chance, so that nobody can choose addresses that share a set */
    PeerCache(long seed) {
        this.seed = seed | 1;
    }

    PeerAddress of(short portWord, long high, long low, int scope) {
        int set = set(portWord, high, low);
        for (int i = set; i < set + WAYS; i++) {
            @Nullable PeerAddress known = entries[i];
            if (known == null) {
                PeerAddress made = PeerAddress.of(portWord, high, low, scope);
                entries[i] = made;
                return made;
            }
            if (known.is(portWord, high, low, scope)) {
                return known;
            }
        }
        PeerAddress made = PeerAddress.of(portWord, high, low, scope);
        turn = (turn + 1) % WAYS;
        entries[set + turn] = made;
        return made;
    }

    private int set(short portWord, long high, long low) {
        long mixed = (low ^ seed) * 0x9E37_79B9_7F4A_7C15L;
        mixed = (mixed ^ (mixed >>> 32) ^ high ^ portWord) * (seed * 0xD6E8_FEB8_6659_FD93L | 1);
        return (int) (mixed >>> 52) * WAYS;
    }
}
