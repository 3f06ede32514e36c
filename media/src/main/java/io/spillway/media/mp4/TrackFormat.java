package io.spillway.media.mp4;

import org.jspecify.annotations.Nullable;

/** What one track carries, as its sample description says it. Immutable. */
public sealed interface TrackFormat permits VideoFormat, AudioFormat {

    /** The codec as {@code CODECS} names it. RFC 6381. */
    String codecs();

    /** Ticks a second of decode times and durations: 90000 for video, the sample rate for audio (H45). */
    int timescale();

    /** Four characters: {@code vide} or {@code soun}. */
    String handler();

    /** Writes the sample entry of samples in the clear. */
    default void writeEntry(BoxWriter out) {
        writeEntry(out, null);
    }

    /** Writes the sample entry. */
    void writeEntry(BoxWriter out, @Nullable Cbcs encrypted);
}
