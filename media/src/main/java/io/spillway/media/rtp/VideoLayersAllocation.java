package io.spillway.media.rtp;

import java.nio.ByteBuffer;

/**
 * The video-layers-allocation header extension, version 00: which streams and spatial layers a publisher sends, how much it aims to spend on each temporal layer of them, and their
 * sizes. Reusable; owned by one thread.
 *
 * <pre>
 * |RID| NS| sl_bm |   RID: index of the stream it came on   NS: streams - 1   sl_bm: spatial layers, of all streams alike, or 0
 * |sl0_bm |sl1_bm |   where sl_bm is 0; streams 2 and 3 in another byte
 * |#tl|#tl|#tl|#tl|   temporal layers - 1 of each spatial layer, padded to bytes
 *  kbps, LEB128       of each temporal layer, all it needs included
 *  width - 1 (16), height - 1 (16), frames a second (8)   of each spatial layer; may be left out altogether
 * </pre>
 *
 * A single zero byte says that nothing is sent.
 */
public final class VideoLayersAllocation {

    /** What the bit fields hold. */
    public static final int MAX_STREAMS = 4;

    /** As {@link #MAX_STREAMS}. */
    public static final int MAX_SPATIAL_LAYERS = 4;

    /** As {@link #MAX_STREAMS}. */
    public static final int MAX_TEMPORAL_LAYERS = 4;

    private static final int SIZE_BYTES = 5;

    /** 4 bytes hold 2^28 kbps. */
    private static final int MAX_RATE_BYTES = 4;

    private static final int SLOTS = MAX_STREAMS * MAX_SPATIAL_LAYERS;

    private final int[] temporalLayers = new int[SLOTS];
    private final long[] bitratesBps = new long[SLOTS * MAX_TEMPORAL_LAYERS];
    private final int[] widths = new int[SLOTS];
    private final int[] heights = new int[SLOTS];
    private int streamIndex;
    private int streamCount;
    private int at;

    /** Reads {@code buffer[offset..offset+length)}, which must lie within the buffer; false when it is malformed, and nothing must then be asked. */
    public boolean parse(ByteBuffer buffer, int offset, int length) {
        clear();
        if (length < 1) {
            return false;
        }
        if (length == 1 && buffer.get(offset) == 0) {
            return true;
        }
        int end = offset + length;
        at = offset;
        return readTemporalLayers(buffer, end) && readBitrates(buffer, end) && readSizes(buffer, end);
    }

    /** Index of the stream on which it came, 0..3. */
    public int streamIndex() {
        return streamIndex;
    }

    /** How many streams it speaks of, 0..4. */
    public int streamCount() {
        return streamCount;
    }

    /** Whether a spatial layer of a stream is sent. */
    public boolean isActive(int stream, int spatial) {
        return temporalLayers[slot(stream, spatial)] > 0;
    }

    /** Whether anything of a stream is sent. */
    public boolean isActive(int stream) {
        for (int spatial = 0; spatial < MAX_SPATIAL_LAYERS; spatial++) {
            if (isActive(stream, spatial)) {
                return true;
            }
        }
        return false;
    }

    /** How many temporal layers a spatial layer has, 1..4; 0 when it is not sent. */
    public int temporalLayers(int stream, int spatial) {
        return temporalLayers[slot(stream, spatial)];
    }

    /** What a receiver of a spatial layer up to a temporal one gets at most; 0 when it is not sent. */
    public long bitrateBps(int stream, int spatial, int temporal) {
        return bitratesBps[slot(stream, spatial) * MAX_TEMPORAL_LAYERS + temporal];
    }

    /** Picture width of a spatial layer in pixels, 0 when it is not said. */
    public int width(int stream, int spatial) {
        return widths[slot(stream, spatial)];
    }

    /** Picture height of a spatial layer in pixels, 0 when it is not said. */
    public int height(int stream, int spatial) {
        return heights[slot(stream, spatial)];
    }

    private void clear() {
        streamIndex = 0;
        streamCount = 0;
        for (int i = 0; i < SLOTS; i++) {
            temporalLayers[i] = 0;
            widths[i] = 0;
            heights[i] = 0;
        }
        for (int i = 0; i < bitratesBps.length; i++) {
            bitratesBps[i] = 0;
        }
    }

    private boolean readTemporalLayers(ByteBuffer buffer, int end) {
        int head = buffer.get(at++) & 0xFF;
        streamIndex = head >> 6;
        streamCount = ((head >> 4) & 0x03) + 1;
        int masks = (head & 0x0F) * 0x1111;
        if (masks == 0) {
            int maskBytes = streamCount > 2 ? 2 : 1;
            if (end - at < maskBytes) {
                return false;
            }
            masks = (buffer.get(at++) & 0xFF) << 8;
            if (maskBytes == 2) {
                masks |= buffer.get(at++) & 0xFF;
            }
        }
        int read = 0;
        int current = 0;
        for (int stream = 0; stream < streamCount; stream++) {
            int mask = masks >> (4 * (MAX_STREAMS - 1 - stream));
            for (int spatial = 0; spatial < MAX_SPATIAL_LAYERS; spatial++) {
                if ((mask >> spatial & 1) == 0) {
                    continue;
                }
                if (read++ % 4 == 0) {
                    if (at >= end) {
                        return false;
                    }
                    current = buffer.get(at++);
                }
                temporalLayers[slot(stream, spatial)] = (current >> 6 & 0x03) + 1;
                current <<= 2;
            }
        }
        return read > 0;
    }

    private boolean readBitrates(ByteBuffer buffer, int end) {
        for (int slot = 0; slot < SLOTS; slot++) {
            for (int temporal = 0; temporal < temporalLayers[slot]; temporal++) {
                long kbps = 0;
                int taken = 0;
                boolean more = true;
                while (more) {
                    if (at >= end || taken == MAX_RATE_BYTES) {
                        return false;
                    }
                    int next = buffer.get(at++);
                    kbps |= (long) (next & 0x7F) << (7 * taken++);
                    more = next < 0;
                }
                bitratesBps[slot * MAX_TEMPORAL_LAYERS + temporal] = kbps * 1000;
            }
        }
        return true;
    }

    private boolean readSizes(ByteBuffer buffer, int end) {
        if (at == end) {
            return true;
        }
        for (int slot = 0; slot < SLOTS; slot++) {
            if (temporalLayers[slot] == 0) {
                continue;
            }
            if (end - at < SIZE_BYTES) {
                return false;
            }
            widths[slot] = (buffer.getShort(at) & 0xFFFF) + 1;
            heights[slot] = (buffer.getShort(at + 2) & 0xFFFF) + 1;
            at += SIZE_BYTES;
        }
        return at == end;
    }

    private static int slot(int stream, int spatial) {
        return stream * MAX_SPATIAL_LAYERS + spatial;
    }
}
