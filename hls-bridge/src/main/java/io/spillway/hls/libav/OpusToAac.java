package io.spillway.hls.libav;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_FLAG_GLOBAL_HEADER;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_decoder_by_name;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_encoder_by_name;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_frame;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_packet;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_frame;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_packet;
import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_QUIET;
import static org.bytedeco.ffmpeg.global.avutil.AV_SAMPLE_FMT_FLTP;
import static org.bytedeco.ffmpeg.global.avutil.av_channel_layout_default;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_make_writable;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_unref;
import static org.bytedeco.ffmpeg.global.avutil.av_log_set_level;
import static org.bytedeco.ffmpeg.global.avutil.av_make_q;

import io.spillway.media.frame.AudioCoder;
import io.spillway.media.mp4.AudioFormat;
import java.util.Arrays;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * Opus to AAC-LC, stereo at 48 kHz. The encoder's priming is taken out by shifting its packets: what comes out lies where it went in (H46). Owned by one thread; native memory stays inside.
 */
public final class OpusToAac implements AudioCoder {

    private static final int RATE_HZ = 48_000;
    private static final int CHANNELS = 2;
    private static final long BITRATE_BPS = 128_000;

    /** Samples of an AAC frame. */
    private static final int FRAME = 1024;

    /** The encoder is behind by two. */
    private static final int MAX_DELAY_FRAMES = 8;

    /** RFC 6716 §3.4: no Opus packet is longer; what a decoder may read beyond its end. */
    private static final int MAX_OPUS_BYTES = 61_298;

    private static final int PADDING_BYTES = 64;

    /** Shorter holes are rounding; longer ones become silence. 10 ms. */
    private static final int MIN_HOLE = 480;

    /** Beyond it the timeline is another one. */
    private static final int MAX_HOLE = 10 * RATE_HZ;

    private final AVCodecContext decoder;
    private final AVCodecContext encoder;
    private final AVFrame decoded = av_frame_alloc();
    private final AVFrame frame = av_frame_alloc();
    private final AVPacket opusPacket = av_packet_alloc();
    private final AVPacket aacPacket = av_packet_alloc();
    private final BytePointer opusBytes = new BytePointer(MAX_OPUS_BYTES + PADDING_BYTES);
    private final AudioFormat format;

    private float[][] waiting = new float[CHANNELS][8 * FRAME];
    private int count;
    private long start;
    private boolean started;
    private final long[] starts = new long[MAX_DELAY_FRAMES];
    private long frames;

    private OpusToAac() {
        AVCodec opus = found(avcodec_find_decoder_by_name("opus"), "Opus decoder");
        AVCodec aac = found(avcodec_find_encoder_by_name("aac"), "AAC encoder");
        decoder = avcodec_alloc_context3(opus);
        decoder.sample_rate(RATE_HZ);
        av_channel_layout_default(decoder.ch_layout(), CHANNELS);
        check(avcodec_open2(decoder, opus, (AVDictionary) null), "opening the Opus decoder");
        encoder = avcodec_alloc_context3(aac);
        encoder.sample_rate(RATE_HZ)
                .sample_fmt(AV_SAMPLE_FMT_FLTP)
                .bit_rate(BITRATE_BPS)
                .time_base(av_make_q(1, RATE_HZ));
        encoder.flags(encoder.flags() | AV_CODEC_FLAG_GLOBAL_HEADER);
        av_channel_layout_default(encoder.ch_layout(), CHANNELS);
        check(avcodec_open2(encoder, aac, (AVDictionary) null), "opening the AAC encoder");
        frame.nb_samples(FRAME).format(AV_SAMPLE_FMT_FLTP).sample_rate(RATE_HZ);
        av_channel_layout_default(frame.ch_layout(), CHANNELS);
        check(av_frame_get_buffer(frame, 0), "making a frame");
        byte[] config = new byte[encoder.extradata_size()];
        encoder.extradata().get(config);
        format = AudioFormat.aac(CHANNELS, RATE_HZ, config);
    }

    /** Proves that the libraries are there, and gives what makes coders of them. @throws LinkageError or IllegalStateException where they are not */
    public static Factory load() {
        av_log_set_level(AV_LOG_QUIET);
        new OpusToAac().close();
        return OpusToAac::new;
    }

    @Override
    public AudioFormat format() {
        return format;
    }

    @Override
    public void add(byte[] opus, long startSamples, Output out) {
        if (opus.length == 0 || opus.length > MAX_OPUS_BYTES) {
            return;
        }
        long hole = startSamples - (start + count);
        if (!started || Math.abs(hole) > MAX_HOLE) {
            started = true;
            start = startSamples;
            count = 0;
        } else if (hole > MIN_HOLE) {
            silence((int) hole, out);
        } else if (hole < -MIN_HOLE) {
            return;
        }
        opusBytes.position(0).put(opus, 0, opus.length);
        opusPacket.data(opusBytes).size(opus.length);
        if (avcodec_send_packet(decoder, opusPacket) < 0) {
            return;
        }
        while (avcodec_receive_frame(decoder, decoded) == 0) {
            int samples = decoded.nb_samples();
            reserve(samples);
            for (int channel = 0; channel < CHANNELS; channel++) {
                new FloatPointer(decoded.data(channel)).get(waiting[channel], count, samples);
            }
            count += samples;
            av_frame_unref(decoded);
            encode(out);
        }
    }

    private void silence(int samples, Output out) {
        int left = samples;
        while (left > 0) {
            int some = Math.min(left, FRAME);
            reserve(some);
            for (float[] channel : waiting) {
                Arrays.fill(channel, count, count + some, 0);
            }
            count += some;
            left -= some;
            encode(out);
        }
    }

    private void encode(Output out) {
        while (count >= FRAME) {
            check(av_frame_make_writable(frame), "reusing a frame");
            for (int channel = 0; channel < CHANNELS; channel++) {
                new FloatPointer(frame.data(channel)).put(waiting[channel], 0, FRAME);
                System.arraycopy(waiting[channel], FRAME, waiting[channel], 0, count - FRAME);
            }
            count -= FRAME;
            starts[(int) (frames % MAX_DELAY_FRAMES)] = start;
            frame.pts(frames * FRAME);
            check(avcodec_send_frame(encoder, frame), "encoding");
            while (avcodec_receive_packet(encoder, aacPacket) == 0) {
                byte[] bytes = new byte[aacPacket.size()];
                aacPacket.data().get(bytes);
                // The encoder says which of the samples it got a packet gives back; before the first is its priming.
                long given = aacPacket.pts();
                av_packet_unref(aacPacket);
                if (given >= 0) {
                    out.onPacket(starts[(int) (given / FRAME % MAX_DELAY_FRAMES)], bytes);
                }
            }
            frames++;
            start += FRAME;
        }
    }

    private void reserve(int more) {
        if (count + more > waiting[0].length) {
            for (int channel = 0; channel < CHANNELS; channel++) {
                waiting[channel] = Arrays.copyOf(waiting[channel], 2 * (count + more));
            }
        }
    }

    @Override
    public void close() {
        avcodec_free_context(decoder);
        avcodec_free_context(encoder);
        av_frame_free(decoded);
        av_frame_free(frame);
        // Its bytes are ours, not the packet's.
        opusPacket.data(null).size(0);
        av_packet_free(opusPacket);
        av_packet_free(aacPacket);
        opusBytes.close();
    }

    private static AVCodec found(AVCodec codec, String what) {
        if (codec == null || codec.isNull()) {
            throw new IllegalStateException("they have no " + what);
        }
        return codec;
    }

    private static void check(int code, String what) {
        if (code < 0) {
            throw new IllegalStateException(what + " failed with " + code);
        }
    }
}
