package io.spillway.sfu.loop;

import io.spillway.media.memory.Poison;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Datagrams on their way to the kernel, one after the other in one stretch of direct memory, and the messages they form: datagrams that follow
 * one another to the same peer and are of one size, the last perhaps shorter, are one message, which the kernel cuts up again (UDP_SEGMENT).
 *
 * <pre>
 *   bytes     | 1200 | 1200 | 700 | 1200 | 1201 | 90 |
 *   peer      |  A      A      A  |  A   |  A     A  |
 *   messages  |  0                |  1   |  2        |      a size may shrink once, at a message's end, and never grow
 * </pre>
 */
public final class EgressSlab {

    /** Stays in a core's second-level cache between encryption and the kernel's copy. */
    public static final int BYTES = 256 * 1024;

    /** What one {@code sendmmsg} takes (UIO_MAXIOV). */
    public static final int MAX_MESSAGES = 1024;

    /** Datagrams a message: what every kernel with UDP_SEGMENT takes (UDP_MAX_SEGMENTS). */
    public static final int MAX_SEGMENTS = 64;

    /** Bytes a message: an IPv6 datagram's, with room for the kernel's own headers. */
    private static final int MAX_MESSAGE_BYTES = 65_000;

    private final ByteBuffer memory;
    private final int[] offsets = new int[MAX_MESSAGES];
    private final int[] lengths = new int[MAX_MESSAGES];
    private final int[] segmentBytes = new int[MAX_MESSAGES];
    private final int[] segments = new int[MAX_MESSAGES];

    /** Stays when the slab is emptied: so many addresses of who left at most, until others take their places. */
    private final @Nullable InetSocketAddress[] peers = new InetSocketAddress[MAX_MESSAGES];

    private int first;
    private int messages;
    private int position;
    private boolean open;

    /** @param memory direct, {@link #BYTES} long, this slab's alone */
    public EgressSlab(ByteBuffer memory) {
        this.memory = memory;
    }

    public ByteBuffer memory() {
        return memory;
    }

    /** Whether another datagram of that size can be added. */
    public boolean fits(int maxBytes) {
        return position + maxBytes <= memory.capacity() && messages < MAX_MESSAGES;
    }

    /** Where the next datagram begins. */
    public int position() {
        return position;
    }

    /**
     * Takes in the datagram at {@link #position}.
     *
     * @param maxSegments how many datagrams a message may have; 1 where the kernel cannot cut
     */
    @SuppressWarnings("ReferenceEquality") // a session keeps one address; two equal ones are still right, only dearer
    public void commit(int length, InetSocketAddress to, int maxSegments) {
        int last = messages - 1;
        if (open
                && peers[last] == to
                && length <= segmentBytes[last]
                && segments[last] < maxSegments
                && lengths[last] + length <= MAX_MESSAGE_BYTES) {
            lengths[last] += length;
            segments[last]++;
            open = length == segmentBytes[last];
        } else {
            offsets[messages] = position;
            lengths[messages] = length;
            segmentBytes[messages] = length;
            segments[messages] = 1;
            peers[messages] = to;
            messages++;
            open = length > 0;
        }
        position += length;
    }

    /** The first message that is not done with; {@link #messages} when all are. */
    public int first() {
        return first;
    }

    /** One past the last message. */
    public int messages() {
        return messages;
    }

    public boolean isEmpty() {
        return first == messages;
    }

    /** Datagrams in the messages that are not done with. */
    public int datagrams() {
        int sum = 0;
        for (int i = first; i < messages; i++) {
            sum += segments[i];
        }
        return sum;
    }

    /** Where a message begins. */
    public int offset(int message) {
        return offsets[message];
    }

    /** Bytes of a message, all its datagrams together. */
    public int length(int message) {
        return lengths[message];
    }

    /** Bytes of each of a message's datagrams but the last. */
    public int segmentBytes(int message) {
        return segmentBytes[message];
    }

    /** Datagrams of a message. */
    public int segments(int message) {
        return segments[message];
    }

    public InetSocketAddress peer(int message) {
        InetSocketAddress peer = peers[message];
        if (peer == null || message >= messages) {
            throw new IndexOutOfBoundsException(message);
        }
        return peer;
    }

    /** The first message has been sent, or given up. */
    public void done() {
        first++;
    }

    /** The first datagram of the first message has been sent, or given up. */
    public void datagramDone() {
        if (segments[first] == 1) {
            first++;
            return;
        }
        offsets[first] += segmentBytes[first];
        lengths[first] -= segmentBytes[first];
        segments[first]--;
        segmentBytes[first] = Math.min(segmentBytes[first], lengths[first]);
    }

    /** Empties the slab. */
    public void clear() {
        assert Poison.over(memory, 0, position);
        first = 0;
        messages = 0;
        position = 0;
        open = false;
    }
}
