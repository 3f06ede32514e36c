package io.spillway.sfu.outbound;

import io.spillway.media.live.Layer;
import io.spillway.media.live.ParsedPacket;
import io.spillway.media.rtp.RedPayload;
import java.nio.ByteBuffer;

/**
 * How much of a viewer's sound is sent twice or three times (R21): the payloads of the packets just before are put before a packet's own (RFC 2198) while the viewer's path loses some, one where few are lost, two where many are.
 * A viewer whose path loses nothing pays nothing for it, and one whose path is full gets no more than fits: what fills a path loses more than it saves.
 */
final class Redundancy {

    /** Each more divides what is missing by the loss once more, and delays nothing; three packets lost in a row are a gap that is heard anyway. */
    static final int MAX_BLOCKS = 2;

    /** All payloads of a packet with their headers, so that it stays within any path's MTU: two earlier ones of Opus at 150 kbit/s. Beyond, the older ones are left out. */
    static final int MAX_BYTES = 1_150;

    /** Below it concealment is not heard. */
    private static final double ONE_FROM = 0.005;

    /** With one, two packets in a thousand would be missing, and more from here on. */
    private static final double TWO_FROM = 0.05;

    /** Loss comes in spells. */
    private static final long KEPT_NS = 20_000_000_000L;

    private final int[] lengths = new int[MAX_BLOCKS];
    private final int[] ticks = new int[MAX_BLOCKS];

    private final ByteBuffer prefix;
    private int blocks;
    private int affordable = MAX_BLOCKS;
    private long lostNs;

    /** @param prefix where the earlier payloads are put together, at least {@link #MAX_BYTES} */
    Redundancy(ByteBuffer prefix) {
        this.prefix = prefix;
    }

    /**
     * Such a share of the viewer's packets was lost lately, 0..1.
     *
     * @param most how many earlier packets the viewer's path has room for
     */
    void onLoss(double share, int most, long nowNs) {
        affordable = most;
        int wanted = share >= TWO_FROM ? MAX_BLOCKS : share >= ONE_FROM ? 1 : 0;
        if (wanted >= blocks) {
            blocks = wanted;
            lostNs = nowNs;
        } else if (nowNs - lostNs > KEPT_NS) {
            blocks = wanted;
            lostNs = nowNs;
        }
    }

    /** How many earlier packets each carries now. */
    int blocks() {
        return Math.min(blocks, affordable);
    }

    /**
     * Collects what goes before a packet's own payload, and gives its bytes; 0 when there is nothing to repeat, and the packet is then a plain one.
     *
     * @param sequence of the packet in the layer
     * @param first no packet before it is of the viewer's stream
     * @param payloadType the viewer's, of the plain codec
     */
    int collect(Layer layer, long sequence, long first, int payloadType) {
        ParsedPacket own = layer.packets().find(sequence);
        if (own == null || !own.isWellFormed()) {
            return 0;
        }
        int timestamp = own.rtp().timestamp();
        int count = 0;
        int bytes = RedPayload.OWN_HEADER_BYTES + own.rtp().payloadLength();
        for (int distance = 1; distance <= blocks(); distance++) {
            lengths[distance - 1] = 0;
            ParsedPacket earlier =
                    sequence - distance < first ? null : layer.packets().find(sequence - distance);
            if (earlier == null || !earlier.isWellFormed()) {
                continue;
            }
            int length = earlier.rtp().payloadLength();
            int offset = timestamp - earlier.rtp().timestamp();
            boolean fits = length <= RedPayload.MAX_BLOCK_BYTES && offset > 0 && offset <= RedPayload.MAX_OFFSET_TICKS;
            if (length == 0 || !fits || bytes + RedPayload.BLOCK_HEADER_BYTES + length > MAX_BYTES) {
                continue;
            }
            lengths[distance - 1] = length;
            ticks[distance - 1] = offset;
            bytes += RedPayload.BLOCK_HEADER_BYTES + length;
            count++;
        }
        return count == 0 ? 0 : write(layer, sequence, payloadType, count);
    }

    /** What was collected, from 0 on; borrowed until the next call. */
    ByteBuffer prefix() {
        return prefix;
    }

    /** The oldest first, all headers before all payloads. */
    private int write(Layer layer, long sequence, int payloadType, int count) {
        int headerAt = 0;
        int at = count * RedPayload.BLOCK_HEADER_BYTES + RedPayload.OWN_HEADER_BYTES;
        for (int distance = blocks(); distance > 0; distance--) {
            int length = lengths[distance - 1];
            ParsedPacket earlier = length == 0 ? null : layer.packets().find(sequence - distance);
            if (earlier == null) {
                continue;
            }
            RedPayload.writeBlockHeader(prefix, headerAt, payloadType, ticks[distance - 1], length);
            headerAt += RedPayload.BLOCK_HEADER_BYTES;
            prefix.put(at, earlier.rtp().buffer(), earlier.rtp().payloadOffset(), length);
            at += length;
        }
        RedPayload.writeOwnHeader(prefix, headerAt, payloadType);
        return at;
    }
}
