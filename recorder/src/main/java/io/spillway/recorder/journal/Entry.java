package io.spillway.recorder.journal;

import java.nio.ByteBuffer;

/** One entry as it was read. {@code atNs} is when, in nanoseconds since the journal began. */
public sealed interface Entry {

    long atNs();

    /**
     * The journal begins.
     *
     * @param unixNs the wall clock at {@code atNs} 0: nanoseconds since 1970
     * @param stream the stream's name
     * @param writer who writes it, with its version
     */
    record Began(long atNs, long unixNs, String stream, String writer) implements Entry {}

    /** A publisher's packets follow. */
    record SourceBegan(long atNs, Source source) implements Entry {}

    /**
     * A packet came.
     *
     * @param atNs of its arrival
     * @param layer its number in the newest source
     * @param flags of {@link EntryFormat}
     * @param extSeq extended sequence number
     * @param rtp the whole RTP packet as it came, empty for padding; nobody else's
     */
    record PacketCame(long atNs, int layer, int flags, long extSeq, ByteBuffer rtp) implements Entry {

        public boolean startsFrame() {
            return (flags & EntryFormat.STARTS_FRAME) != 0;
        }

        public boolean isPadding() {
            return (flags & EntryFormat.PADDING) != 0;
        }
    }

    /**
     * When a timestamp was captured.
     *
     * @param timestamp RTP timestamp of the layer
     * @param captureNs since the journal began; before that when negative
     * @param reported whether a sender report says so; else the least delayed arrivals suggest it
     */
    record Clock(long atNs, int layer, int timestamp, long captureNs, boolean reported) implements Entry {}

    /** That many packets came and found no room on the way to the disk. */
    record Lost(long atNs, long packets) implements Entry {}

    record Left(long atNs) implements Entry {}

    /** The journal ends. {@code sentence} is for people. */
    record Ended(long atNs, EndReason reason, String sentence) implements Entry {}

    /** Of a type that a later version writes; it means nothing here. */
    record Unknown(long atNs, int type) implements Entry {}
}
