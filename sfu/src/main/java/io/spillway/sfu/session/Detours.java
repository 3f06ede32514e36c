package io.spillway.sfu.session;

import io.spillway.sfu.DropCounters;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.transport.Demux;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Addresses whose packets the kernel gives to another loop than their session's, as after a change of network: which of them come here and belong
 * elsewhere, and which belong here and come elsewhere. Owned by one loop. Bounded by what its sessions remember of addresses.
 */
final class Detours {

    /** An address that belongs to a session of another loop, which knows it by that number. */
    private record Away(int owner, int number) {}

    private static final class Home {
        final int number;

        /** Loops that were told, a bit each. */
        long told;

        Home(int number) {
            this.number = number;
        }
    }

    private final int index;
    private final Loops loops;
    private final Crossings crossings;
    private final Demux demux;
    private final DropCounters drops;
    private final Map<InetSocketAddress, Away> away = new HashMap<>();
    private final Map<InetSocketAddress, Home> homes = new HashMap<>();
    private final List<@Nullable InetSocketAddress> byNumber = new ArrayList<>();
    private final Deque<Integer> free = new ArrayDeque<>();

    Detours(int index, Loops loops, Crossings crossings, Demux demux, DropCounters drops) {
        this.index = index;
        this.loops = loops;
        this.crossings = crossings;
        this.demux = demux;
        this.drops = drops;
    }

    // Where packets arrive

    /** Hands a datagram to the loop that owns its address; false when none is known. */
    boolean forward(InetSocketAddress from, ByteBuffer datagram, int offset, int length) {
        Away to = away.get(from);
        if (to == null) {
            return false;
        }
        if (!crossings.to(to.owner()).detoured(to.number(), datagram, offset, length)) {
            drops.count(DropReason.HANDOVER_FULL);
        }
        return true;
    }

    /** Another loop's session has this address from now on. */
    void send(InetSocketAddress address, int owner, int number) {
        Away before = away.put(address, new Away(owner, number));
        if (before != null && before.owner() != owner) {
            tellLost(address, before.owner());
        }
        demux.lose(address);
    }

    /** That loop's session has it no more. */
    void forget(InetSocketAddress address, int owner) {
        Away known = away.get(address);
        if (known != null && known.owner() == owner) {
            away.remove(address);
        }
    }

    /** A session of this loop passed a check from an address. */
    void onBound(InetSocketAddress address) {
        Away before = away.remove(address);
        if (before != null) {
            tellLost(address, before.owner());
        }
    }

    private void tellLost(InetSocketAddress address, int owner) {
        loops.post(owner, (core, _) -> core.detours().lose(address));
    }

    // Where sessions are

    /** A session's address arrives on another loop: that one is told where it belongs, once. */
    void onCheckedElsewhere(InetSocketAddress address, int loop) {
        Home home = homes.get(address);
        if (home == null) {
            home = new Home(number(address));
            homes.put(address, home);
        }
        long bit = 1L << loop;
        if ((home.told & bit) == 0) {
            home.told |= bit;
            int number = home.number;
            loops.post(loop, (core, _) -> core.detours().send(address, index, number));
        }
    }

    /** The address of that number; null when it has none any more. */
    @Nullable
    InetSocketAddress address(int number) {
        return number < byNumber.size() ? byNumber.get(number) : null;
    }

    /** No session of this loop has the address any more. */
    void onUnbound(InetSocketAddress address) {
        Home home = homes.remove(address);
        if (home == null) {
            return;
        }
        byNumber.set(home.number, null);
        free.push(home.number);
        for (int loop = 0; loop < loops.count(); loop++) {
            if ((home.told & 1L << loop) != 0) {
                loops.post(loop, (core, _) -> core.detours().forget(address, index));
            }
        }
    }

    private void lose(InetSocketAddress address) {
        onUnbound(address);
        demux.lose(address);
    }

    private int number(InetSocketAddress address) {
        Integer reused = free.poll();
        if (reused != null) {
            byNumber.set(reused, address);
            return reused;
        }
        byNumber.add(address);
        return byNumber.size() - 1;
    }
}
