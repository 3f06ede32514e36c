package io.spillway.media.frame;

import io.spillway.media.mp4.AudioFormat;

/** Turns a stream's Opus into what is packaged. Owned by the packaging thread. */
public interface AudioCoder extends AutoCloseable {

    /** Hears what comes out. */
    @FunctionalInterface
    interface Output {
        /** A packet whose first sample lies at {@code startSamples} of the timeline that went in; its bytes are the hearer's. */
        void onPacket(long startSamples, byte[] packet);
    }

    /** Makes one for each stream; its own libraries missing is found out before. */
    @FunctionalInterface
    interface Factory {
        AudioCoder create();
    }

    AudioFormat format();

    /** Takes an Opus packet in that lies at {@code startSamples} of a 48 kHz timeline. What lies between packets becomes silence. */
    void add(byte[] opus, long startSamples, Output out);

    @Override
    void close();
}
