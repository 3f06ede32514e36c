package io.spillway.sfu.linux;

import io.spillway.media.memory.Poison;
import io.spillway.sfu.DropCounters;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.loop.LoopAgent;
import io.spillway.sfu.loop.MediaPort;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** One socket's way in: many datagrams a call, in memory that is used again for the next call. */
final class Ingress {

    /** Datagrams a call. */
    static final int BURST = 64;

    /** Calls a turn: what piled up is worked through together, which makes the turn's flush larger, and bounded, so that deadlines and commands are not starved. */
    static final int MAX_ROUNDS = 4;

    private final Kernel kernel;
    private final int socket;
    private final DropCounters drops;
    private final PeerCache peers;
    private final MessageVector vector;
    private final ByteBuffer bytes;

    Ingress(Kernel kernel, int socket, boolean ipv6, PeerCache peers, DropCounters drops) {
        this.kernel = kernel;
        this.socket = socket;
        this.peers = peers;
        this.drops = drops;
        this.vector = new MessageVector(BURST, ipv6);
        MemorySegment memory = Arena.ofAuto().allocate(BURST * MediaPort.MAX_DATAGRAM_BYTES, 64);
        this.bytes = memory.asByteBuffer();
        for (int i = 0; i < BURST; i++) {
            vector.bytes(i, memory.address() + (long) i * MediaPort.MAX_DATAGRAM_BYTES, MediaPort.MAX_DATAGRAM_BYTES);
        }
    }

    /** Hands the agent what came, and tells it the burst's end; gives whether more may be there. */
    boolean receive(LoopAgent agent, long nowNs) {
        boolean any = false;
        for (int round = 0; round < MAX_ROUNDS; round++) {
            int count = kernel.receive(socket, vector.at(0), BURST);
            if (count == -Errno.EINTR) {
                continue;
            }
            if (count <= 0) {
                // Nothing there. An error would be one that an earlier datagram met on its way: a session whose peer is
                // gone ends by consent.
                break;
            }
            any = true;
            for (int i = 0; i < count; i++) {
                hand(agent, i, nowNs);
            }
            if (count < BURST) {
                break;
            }
            if (round == MAX_ROUNDS - 1) {
                agent.onBurstEnd(nowNs);
                return true;
            }
        }
        if (any) {
            agent.onBurstEnd(nowNs);
        }
        return false;
    }

    private void hand(LoopAgent agent, int message, long nowNs) {
        vector.renew(message);
        if (vector.isTruncated(message)) {
            drops.count(DropReason.TOO_LARGE);
            return;
        }
        int at = message * MediaPort.MAX_DATAGRAM_BYTES;
        agent.onDatagram(bytes, at, vector.length(message), vector.from(message, peers), nowNs);
        assert Poison.over(bytes, at, at + MediaPort.MAX_DATAGRAM_BYTES);
    }
}
