package io.spillway.hls.libav;

import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUVJ420P;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;
import static org.bytedeco.ffmpeg.global.swscale.SWS_BILINEAR;
import static org.bytedeco.ffmpeg.global.swscale.sws_freeContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_getCachedContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_scale_frame;

import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.DoublePointer;
import org.jspecify.annotations.Nullable;

/** Scales pictures of any size and sampling to one size, 4:2:0. Owned by one thread; native memory stays inside. */
final class Scaler implements AutoCloseable {

    private final AVFrame scaled = av_frame_alloc();
    private final int width;
    private final int height;
    private @Nullable SwsContext context;

    Scaler(int width, int height) {
        this.width = width;
        this.height = height;
        scaled.width(width).height(height).format(AV_PIX_FMT_YUV420P);
        if (av_frame_get_buffer(scaled, 0) < 0) {
            throw new IllegalStateException("no memory for a picture of " + width + "x" + height);
        }
    }

    boolean makes(int asWide, int asHigh) {
        return width == asWide && height == asHigh;
    }

    /** The picture in this size; valid until the next one. */
    AVFrame scale(AVFrame picture) {
        // The range stays what it is.
        int target = picture.format() == AV_PIX_FMT_YUVJ420P ? AV_PIX_FMT_YUVJ420P : AV_PIX_FMT_YUV420P;
        scaled.format(target);
        SwsContext known = sws_getCachedContext(
                context,
                picture.width(),
                picture.height(),
                picture.format(),
                width,
                height,
                target,
                SWS_BILINEAR,
                null,
                null,
                (DoublePointer) null);
        context = known;
        if (known == null || sws_scale_frame(known, scaled, picture) < 0) {
            throw new IllegalStateException(
                    "a picture of " + picture.width() + "x" + picture.height() + " cannot be scaled");
        }
        return scaled;
    }

    @Override
    public void close() {
        SwsContext known = context;
        if (known != null) {
            sws_freeContext(known);
        }
        av_frame_free(scaled);
    }
}
