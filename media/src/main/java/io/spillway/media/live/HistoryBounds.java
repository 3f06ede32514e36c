package io.spillway.media.live;

/**
 * How much one layer may keep. Sizes are powers of two.
 *
 * @param initialBytes what is reserved at once
 * @param maxBytes what it may double up to while the newest GOP does not fit
 * @param bytesPerSlot bytes an index slot stands for: below the mean packet, so that bytes run out first
 */
public record HistoryBounds(int initialBytes, int maxBytes, int bytesPerSlot) {

    /** 16 MiB: 13 s of 10 Mbps, or the 250 frame GOP of an encoder left at its defaults at 15 Mbps and 30 fps. */
    public static final HistoryBounds VIDEO = new HistoryBounds(1 << 18, 1 << 24, 512);

    /** 1 MiB: 60 s of Opus at 128 kbps; 128 KiB to start with is 8 s. */
    public static final HistoryBounds AUDIO = new HistoryBounds(1 << 17, 1 << 20, 128);

    public HistoryBounds {
        if (Integer.bitCount(initialBytes) != 1
                || Integer.bitCount(maxBytes) != 1
                || Integer.bitCount(bytesPerSlot) != 1) {
            throw new IllegalArgumentException("sizes must be powers of two");
        }
        if (initialBytes < 4 * PacketHistory.MAX_PACKET_BYTES || maxBytes < initialBytes) {
            throw new IllegalArgumentException("a history holds four packets at least, and never shrinks");
        }
    }
}
