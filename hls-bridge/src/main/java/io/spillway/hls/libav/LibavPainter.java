package io.spillway.hls.libav;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_FLAG_QSCALE;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_MJPEG;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_encoder;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_packet;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_frame;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_JPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_MPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_SMPTE170M;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUVJ420P;
import static org.bytedeco.ffmpeg.global.avutil.FF_QP2LAMBDA;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;
import static org.bytedeco.ffmpeg.global.avutil.av_make_q;
import static org.bytedeco.ffmpeg.global.swscale.sws_alloc_context;
import static org.bytedeco.ffmpeg.global.swscale.sws_free_context;
import static org.bytedeco.ffmpeg.global.swscale.sws_scale_frame;

import io.spillway.hls.ladder.Colours;
import io.spillway.media.frame.Painter;
import io.spillway.media.mp4.VideoFormat;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.jspecify.annotations.Nullable;

/** FFmpeg's decoders, scaler and JPEG encoder. Keeps nothing between two pictures. */
public final class LibavPainter implements Painter {

    /** Twice what a card of the home page is wide and high: some screens have two pixels for each. */
    static final int MAX_WIDTH = 640;

    static final int MAX_HEIGHT = 360;

    /** Of 2 to 31, the lowest the best: 20 to 40 KB a picture. */
    private static final int QUANTISER = 5;

    /** As JFIF has it. */
    static final Colours JPEG = new Colours(1, 13, AVCOL_SPC_SMPTE170M, true);

    private LibavPainter() {}

    /** Proves that the libraries are there. @throws LinkageError or IllegalStateException where they are not */
    public static Painter load() {
        LibavDecoder.load();
        return new LibavPainter();
    }

    @Override
    public byte @Nullable [] jpeg(VideoFormat format, byte[] key) {
        AVFrame small = painted(format, key, MAX_WIDTH, MAX_HEIGHT);
        if (small == null) {
            return null;
        }
        try {
            return encode(small);
        } finally {
            av_frame_free(small);
        }
    }

    /** A keyframe's picture, no larger than this and with the colours of JPEG; the caller frees it. Null when it cannot be decoded. */
    static @Nullable AVFrame painted(VideoFormat format, byte[] key, int maxWidth, int maxHeight) {
        try (LibavDecoder decoder = LibavDecoder.open(format)) {
            decoder.decode(key, 0, _ -> {});
            decoder.drain(_ -> {});
            return decoder.width() == 0 ? null : scaled(decoder, maxWidth, maxHeight);
        } catch (UnsupportedOperationException unknown) {
            return null;
        }
    }

    private static @Nullable AVFrame scaled(LibavDecoder decoder, int maxWidth, int maxHeight) {
        AVFrame picture = decoder.newest();
        stamp(picture, decoder.colours());
        double scale =
                Math.min(1, Math.min((double) maxWidth / picture.width(), (double) maxHeight / picture.height()));
        AVFrame small = av_frame_alloc();
        SwsContext scaler = sws_alloc_context();
        try {
            small.width(even(picture.width() * scale)).height(even(picture.height() * scale));
            small.format(AV_PIX_FMT_YUVJ420P);
            stamp(small, JPEG);
            if (av_frame_get_buffer(small, 0) >= 0 && sws_scale_frame(scaler, small, picture) >= 0) {
                return small;
            }
            av_frame_free(small);
            return null;
        } finally {
            sws_free_context(scaler);
        }
    }

    private static int even(double side) {
        return Math.max(2, (int) Math.round(side / 2) * 2);
    }

    static void stamp(AVFrame frame, Colours colours) {
        frame.colorspace(colours.matrix()).color_range(colours.fullRange() ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG);
    }

    static byte @Nullable [] encode(AVFrame small) {
        AVCodecContext encoder = avcodec_alloc_context3(avcodec_find_encoder(AV_CODEC_ID_MJPEG));
        AVPacket packet = av_packet_alloc();
        try {
            encoder.width(small.width())
                    .height(small.height())
                    .pix_fmt(AV_PIX_FMT_YUVJ420P)
                    .color_range(AVCOL_RANGE_JPEG)
                    .time_base(av_make_q(1, 1))
                    .thread_count(1);
            encoder.flags(encoder.flags() | AV_CODEC_FLAG_QSCALE).global_quality(QUANTISER * FF_QP2LAMBDA);
            small.quality(QUANTISER * FF_QP2LAMBDA);
            boolean made = avcodec_open2(encoder, encoder.codec(), (AVDictionary) null) >= 0
                    && avcodec_send_frame(encoder, small) >= 0
                    && avcodec_receive_packet(encoder, packet) >= 0;
            if (!made) {
                return null;
            }
            byte[] bytes = new byte[packet.size()];
            packet.data().get(bytes);
            return bytes;
        } finally {
            avcodec_free_context(encoder);
            av_packet_free(packet);
        }
    }
}
