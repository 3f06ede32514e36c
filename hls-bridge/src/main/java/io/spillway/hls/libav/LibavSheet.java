package io.spillway.hls.libav;

import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUVJ420P;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;

import io.spillway.media.frame.Sheet;
import io.spillway.media.mp4.VideoFormat;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/** A sheet by FFmpeg's decoders, scaler and JPEG encoder. Owned by one thread; native memory stays inside. */
public final class LibavSheet implements Sheet {

    private static final int PLANES = 3;
    private static final int NO_COLOUR = 128;

    private final AVFrame sheet = av_frame_alloc();
    private final int columns;
    private final int rows;
    private final int width;
    private final int height;
    private int count;

    /** @throws UnsupportedOperationException there is no memory for it */
    public LibavSheet(int columns, int rows, int width, int height) {
        this.columns = columns;
        this.rows = rows;
        this.width = width;
        this.height = height;
        sheet.width(columns * width).height(rows * height).format(AV_PIX_FMT_YUVJ420P);
        LibavPainter.stamp(sheet, LibavPainter.JPEG);
        if (av_frame_get_buffer(sheet, 0) < 0) {
            close();
            throw new UnsupportedOperationException("no memory for " + columns * rows + " small pictures");
        }
        for (int plane = 0; plane < PLANES; plane++) {
            long bytes = (long) sheet.linesize(plane) * rows * height / (plane == 0 ? 1 : 2);
            Pointer.memset(sheet.data(plane), plane == 0 ? 0 : NO_COLOUR, bytes);
        }
    }

    @Override
    public void add(VideoFormat format, byte[] key) {
        int place = count++;
        AVFrame small = place < columns * rows ? LibavPainter.painted(format, key, width, height) : null;
        if (small == null) {
            return;
        }
        try {
            // In the middle of its place, where colours have a sample for each two pixels.
            int left = place % columns * width + (width - small.width()) / 4 * 2;
            int top = place / columns * height + (height - small.height()) / 4 * 2;
            for (int plane = 0; plane < PLANES; plane++) {
                int each = plane == 0 ? 1 : 2;
                for (int row = 0; row < small.height() / each; row++) {
                    long to = (long) (top / each + row) * sheet.linesize(plane) + left / each;
                    long from = (long) row * small.linesize(plane);
                    Pointer.memcpy(
                            sheet.data(plane).position(to), small.data(plane).position(from), small.width() / each);
                }
            }
        } finally {
            av_frame_free(small);
        }
    }

    @Override
    public byte @Nullable [] jpeg() {
        return LibavPainter.encode(sheet);
    }

    @Override
    public void close() {
        av_frame_free(sheet);
    }
}
