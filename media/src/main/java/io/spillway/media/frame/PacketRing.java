package io.spillway.media.frame;

import io.spillway.media.live.Layer;
import io.spillway.media.live.StoredPacket;
import io.spillway.media.rtp.HeaderExtension;
import io.spillway.media.rtp.RtpPacket;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Packets from a media loop to one packaging thread, in order, through a bounded ring. The loop writes, allocates nothing and never waits: what finds no room is
 * lost and counted, and the reader sees a hole in the sequence numbers.
 *
 * <pre>
 *  +0  record length, padded to 8   4     -1: the rest of the ring is skipped
 *  +4  layer                        4
 *  +8  extended sequence            8
 * +16  arrival, ns                  8
 * +24  capture, ns                  8
 * +32  RTP timestamp                4
 * +36  flags                        4
 * +40  payload length               4
 * +44  colours                      4
 * +48  payload
 * </pre>
 */
public final class PacketRing implements Tap.Sink {

    /** Who reads, on the packaging thread. */
    @FunctionalInterface
    public interface Reader {
        void onPacket(int layer, Packet packet);
    }

    private static final int HEADER_BYTES = 48;
    private static final int SKIP = -1;
    private static final int STARTS_FRAME = 1;
    private static final int MARKER = 2;

    private static final VarHandle WRITTEN;
    private static final VarHandle READ;

    static {
        try {
            WRITTEN = MethodHandles.lookup().findVarHandle(PacketRing.class, "written", long.class);
            READ = MethodHandles.lookup().findVarHandle(PacketRing.class, "read", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final ByteBuffer ring;
    private final int mask;
    private final RtpPacket rtp = new RtpPacket();
    private final AtomicLong lost = new AtomicLong();
    private int[] coloursIds = {};

    @SuppressWarnings({"FieldMayBeFinal", "UnusedVariable"}) // through WRITTEN
    private long written;

    @SuppressWarnings({"FieldMayBeFinal", "UnusedVariable"}) // through READ
    private long read;

    /** @param capacity bytes, a power of two */
    public PacketRing(int capacity) {
        if (Integer.bitCount(capacity) != 1) {
            throw new IllegalArgumentException("the size must be a power of two, not " + capacity);
        }
        ring = ByteBuffer.allocateDirect(capacity);
        mask = capacity - 1;
    }

    /** Media loop only. */
    @Override
    public void onLayers(List<Layer> layers, long nowNs) {
        coloursIds = layers.stream()
                .mapToInt(layer -> layer.format().extensionIds().getOrDefault(HeaderExtension.COLOR_SPACE.uri(), 0))
                .toArray();
    }

    /** Writes a packet. Media loop only. */
    @Override
    public void onPacket(int number, Layer layer, StoredPacket stored) {
        long captureNs = stored.isPadding() ? 0 : layer.clock().captureNs(stored.timestamp());
        int coloursId = coloursIds[number];
        int payloadAt = 0;
        int payloadLength = 0;
        int colours = 0;
        if (!stored.isPadding()) {
            if (!rtp.wrap(stored.buffer(), stored.offset(), stored.length())) {
                return;
            }
            payloadAt = rtp.payloadOffset();
            payloadLength = rtp.payloadLength();
            if (coloursId > 0 && rtp.extensionLength(coloursId) >= Integer.BYTES) {
                colours = stored.buffer().getInt(rtp.extensionOffset(coloursId));
            }
        }
        int length = (HEADER_BYTES + payloadLength + 7) & -8;
        long end = (long) WRITTEN.get(this);
        int at = (int) end & mask;
        int skipped = at + length > ring.capacity() ? ring.capacity() - at : 0;
        if (end + skipped + length - (long) READ.getAcquire(this) > ring.capacity()) {
            lost.lazySet(lost.get() + 1);
            return;
        }
        if (skipped > 0) {
            ring.putInt(at, SKIP);
            at = 0;
        }
        ring.putInt(at, length).putInt(at + 4, number);
        ring.putLong(at + 8, stored.extendedSequence()).putLong(at + 16, stored.arrivalNs());
        ring.putLong(at + 24, captureNs);
        ring.putInt(at + 32, stored.isPadding() ? 0 : stored.timestamp());
        boolean marker = !stored.isPadding() && stored.marker();
        ring.putInt(at + 36, (stored.startsFrame() ? STARTS_FRAME : 0) | (marker ? MARKER : 0));
        ring.putInt(at + 40, payloadLength).putInt(at + 44, colours);
        ring.put(at + HEADER_BYTES, stored.buffer(), payloadAt, payloadLength);
        WRITTEN.setRelease(this, end + skipped + length);
    }

    /** Reads all that is there. Packaging thread only. */
    public void drain(Reader reader) {
        long at = (long) READ.get(this);
        long end = (long) WRITTEN.getAcquire(this);
        while (at < end) {
            int place = (int) at & mask;
            int length = ring.getInt(place);
            if (length == SKIP) {
                at += ring.capacity() - place;
                continue;
            }
            byte[] payload = new byte[ring.getInt(place + 40)];
            ring.get(place + HEADER_BYTES, payload);
            int flags = ring.getInt(place + 36);
            int layer = ring.getInt(place + 4);
            Packet packet = new Packet(
                    ring.getLong(place + 8),
                    ring.getInt(place + 32),
                    ring.getLong(place + 16),
                    ring.getLong(place + 24),
                    (flags & STARTS_FRAME) != 0,
                    (flags & MARKER) != 0,
                    ring.getInt(place + 44),
                    payload);
            at += length;
            READ.setRelease(this, at);
            reader.onPacket(layer, packet);
        }
        READ.setRelease(this, at);
    }

    /** Leaves out all that is there. Packaging thread only. */
    public void clear() {
        READ.setRelease(this, (long) WRITTEN.getAcquire(this));
    }

    /** Packets that found no room. Any thread. */
    public long lost() {
        return lost.get();
    }
}
