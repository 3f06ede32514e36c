package io.spillway.media.live;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A layer's newest packets, each looked up and parsed once for all its readers: what every viewer of a burst would find anew is the same for all. Owned by the layer's loop.
 */
public final class ParsedPackets {

    /** A burst: were it larger, each of its readers would find the first packets gone and parse all again. A keyframe of 2.5 Mbps has some 40. Power of two. */
    static final int PACKETS = 64;

    private static final long NOTHING = Long.MIN_VALUE;

    private final PacketHistory history;
    private final @Nullable ParsedPacket[] packets = new @Nullable ParsedPacket[PACKETS];
    private final long[] positions = new long[PACKETS];
    private final long[] sequences = new long[PACKETS];
    private @Nullable HistoryLog parsedOf;

    ParsedPackets(PacketHistory history) {
        this.history = history;
    }

    /** A packet by its extended sequence number; null when it never came or is no longer kept. The result is borrowed until the next call, or the layer's next packet. */
    public @Nullable ParsedPacket find(long extSeq) {
        HistoryLog log = history.log();
        int slot = (int) extSeq & (PACKETS - 1);
        long position = log.positionInSlot(extSeq);
        ParsedPacket known = packets[slot];
        if (known != null && log == parsedOf && sequences[slot] == extSeq && positions[slot] == position) {
            return known;
        }
        return read(log, slot, extSeq);
    }

    private @Nullable ParsedPacket read(HistoryLog log, int slot, long extSeq) {
        if (log != parsedOf) {
            // It doubled: what was parsed of the one before still lies there, but is not kept alive for it.
            Arrays.fill(packets, null);
            parsedOf = log;
        }
        ParsedPacket packet = packets[slot];
        if (packet == null) {
            packet = new ParsedPacket();
            packets[slot] = packet;
        }
        if (!history.find(extSeq, packet.stored())) {
            sequences[slot] = NOTHING;
            return null;
        }
        packet.parse();
        sequences[slot] = extSeq;
        positions[slot] = packet.stored().position();
        return packet;
    }
}
