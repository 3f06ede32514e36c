package io.spillway.media.mp4;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An audio track.
 *
 * @param entry sample entry: {@code mp4a} or {@code Opus}
 * @param sampleRateHz also the timescale
 * @param config AudioSpecificConfig of {@code mp4a} (ISO/IEC 14496-3 §1.6.2.1), content of {@code dOps} of {@code Opus}; never changed
 */
@SuppressWarnings("ArrayRecordComponent") // bytes that nobody changes
public record AudioFormat(String entry, int channels, int sampleRateHz, byte[] config) implements TrackFormat {

    private static final int OPUS_RATE_HZ = 48_000;
    private static final int AAC_LC = 2;
    private static final int SAMPLE_BITS = 16;

    /** AAC as its encoder describes it. */
    public static AudioFormat aac(int channels, int sampleRateHz, byte[] audioSpecificConfig) {
        if (audioSpecificConfig.length < 2) {
            throw new IllegalArgumentException("an AudioSpecificConfig has two bytes at least");
        }
        return new AudioFormat("mp4a", channels, sampleRateHz, audioSpecificConfig);
    }

    /**
     * Opus, one or two channels.
     *
     * @param preSkip samples at 48 kHz that a decoder drops at the very beginning; 0 for a track that begins within a stream
     */
    public static AudioFormat opus(int channels, int preSkip) {
        if (channels < 1 || channels > 2) {
            throw new IllegalArgumentException("mapping family 0 has one or two channels, not " + channels);
        }
        // Encapsulation of Opus in ISO base media, §4.3.2: version, channels, pre-skip, input rate, gain, family 0.
        BoxWriter content = new BoxWriter(11);
        content.u8(0).u8(channels).u16(preSkip).u32(OPUS_RATE_HZ).u16(0).u8(0);
        return new AudioFormat("Opus", channels, OPUS_RATE_HZ, content.toBytes());
    }

    @Override
    public String codecs() {
        return entry.equals("Opus") ? "opus" : "mp4a.40." + objectType();
    }

    private int objectType() {
        int type = (config[0] & 0xFF) >> 3;
        return type == 0 ? AAC_LC : type;
    }

    @Override
    public int timescale() {
        return sampleRateHz;
    }

    @Override
    public String handler() {
        return "soun";
    }

    @Override
    public void writeEntry(BoxWriter out, @Nullable Cbcs encrypted) {
        out.begin(encrypted == null ? entry : encrypted.entry()).zeros(6).u16(1).zeros(8);
        out.u16(channels).u16(SAMPLE_BITS).zeros(4).u32((long) sampleRateHz << 16);
        if (entry.equals("Opus")) {
            out.begin("dOps").put(config).end();
        } else {
            writeEsds(out);
        }
        if (encrypted != null) {
            encrypted.writeScheme(out, entry);
        }
        out.end();
    }

    /** ISO/IEC 14496-1 §7.2.6: an elementary stream, its decoder, the decoder's own configuration, and the sync layer of MP4. */
    private void writeEsds(BoxWriter out) {
        int specific = 2 + config.length;
        int decoder = 2 + 13 + specific;
        int stream = 3 + decoder + 3;
        out.begin("esds", 0, 0);
        out.u8(0x03).u8(stream).u16(1).u8(0);
        // 0x40: MPEG-4 audio; 0x15: an audio stream. Buffer and rates are unknown.
        out.u8(0x04).u8(13 + specific).u8(0x40).u8(0x15).u24(0).u32(0).u32(0);
        out.u8(0x05).u8(config.length).put(config);
        out.u8(0x06).u8(1).u8(2);
        out.end();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AudioFormat that
                && entry.equals(that.entry)
                && channels == that.channels
                && sampleRateHz == that.sampleRateHz
                && Arrays.equals(config, that.config);
    }

    @Override
    public int hashCode() {
        return 31 * entry.hashCode() + Arrays.hashCode(config);
    }

    @Override
    public String toString() {
        return codecs() + ", " + channels + " channels, " + sampleRateHz + " Hz";
    }
}
