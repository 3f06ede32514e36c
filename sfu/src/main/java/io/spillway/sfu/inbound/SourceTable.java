package io.spillway.sfu.inbound;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Which SSRC carries what, for one publisher: a small table, searched linearly. */
final class SourceTable {

    /** Four layers of video with RTX and one audio are nine; the rest is for sources that were replaced (X10). */
    static final int MAX_SSRCS = 16;

    private final int[] ssrcs = new int[MAX_SSRCS];
    private final @Nullable InboundLayer[] layers = new @Nullable InboundLayer[MAX_SSRCS];
    private final Role[] roles = new Role[MAX_SSRCS];
    private final long[] bound = new long[MAX_SSRCS];
    private long bindings;
    private int size;
    private int newest;

    SourceTable() {
        Arrays.fill(roles, Role.RETIRED);
    }

    /** What an SSRC is good for. */
    enum Role {
        MEDIA,
        RTX,
        /** Was replaced; its late packets are nobody's, until its layer falls silent. */
        RETIRED
    }

    /** Where an SSRC stands that has a role or had one, or -1. */
    int find(int ssrc) {
        if (newest < size && ssrcs[newest] == ssrc) {
            return newest;
        }
        for (int i = 0; i < size; i++) {
            if (ssrcs[i] == ssrc) {
                newest = i;
                return i;
            }
        }
        return -1;
    }

    /** Gives an SSRC a role, retiring the one that had it for the layer before; false when the table is full of those that are in use. */
    boolean bind(int ssrc, InboundLayer layer, Role role) {
        int at = find(ssrc);
        if (at < 0) {
            at = size < MAX_SSRCS ? size++ : oldestRetired();
            if (at < 0) {
                return false;
            }
        }
        for (int i = 0; i < size; i++) {
            if (layers[i] == layer && roles[i] == role) {
                retire(i);
            }
        }
        ssrcs[at] = ssrc;
        layers[at] = layer;
        roles[at] = role;
        bound[at] = ++bindings;
        return true;
    }

    /** Removes an SSRC that said BYE; its place is free again. */
    void remove(int at) {
        size--;
        ssrcs[at] = ssrcs[size];
        layers[at] = layers[size];
        roles[at] = roles[size];
        bound[at] = bound[size];
        layers[size] = null;
    }

    @Nullable
    InboundLayer layer(int at) {
        return layers[at];
    }

    Role role(int at) {
        return roles[at];
    }

    /** Of those that were replaced the one that came first: its packets are the least likely still to come. -1 where there is none. */
    private int oldestRetired() {
        int oldest = -1;
        for (int i = 0; i < size; i++) {
            if (roles[i] == Role.RETIRED && (oldest < 0 || bound[i] < bound[oldest])) {
                oldest = i;
            }
        }
        return oldest;
    }

    private void retire(int at) {
        layers[at] = null;
        roles[at] = Role.RETIRED;
    }
}
