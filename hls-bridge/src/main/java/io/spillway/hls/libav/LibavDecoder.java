package io.spillway.hls.libav;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_FLAG_LOW_DELAY;
import static org.bytedeco.ffmpeg.global.avcodec.AV_INPUT_BUFFER_PADDING_SIZE;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_decoder_by_name;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_frame;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_packet;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_JPEG;
import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_QUIET;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUVJ420P;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_move_ref;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_unref;
import static org.bytedeco.ffmpeg.global.avutil.av_log_set_level;
import static org.bytedeco.ffmpeg.global.avutil.av_mallocz;

import io.spillway.hls.ladder.Colours;
import io.spillway.hls.ladder.Picture;
import io.spillway.hls.ladder.VideoDecoder;
import io.spillway.media.mp4.VideoFormat;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/** FFmpeg's decoders and scaler, one thread and no delay. Owned by one thread; native memory stays inside. */
public final class LibavDecoder implements VideoDecoder {

    /** 4K and some; what is larger is no picture that anybody streams. */
    private static final long MAX_PIXELS = 4_096 * 2_304;

    /** What OpenH264 encodes at the least. */
    private static final int MIN_SIDE = 16;

    /** Two screens side by side are 3.6. */
    private static final int MAX_ASPECT = 5;

    private static final int VPCC_BYTES = 12;

    private final AVCodecContext context;
    private final AVFrame fresh = av_frame_alloc();
    private final AVFrame newest = av_frame_alloc();
    private final AVPacket packet = av_packet_alloc();
    private final List<Scaler> scalers = new ArrayList<>();
    private final @Nullable Colours told;
    private final boolean announcesSizes;
    private BytePointer bytes = new BytePointer(1 << 16);

    private LibavDecoder(AVCodecContext context, VideoFormat format) {
        this.context = context;
        this.told = told(format);
        this.announcesSizes = format.entry().equals("av01");
    }

    static LibavDecoder open(VideoFormat format) {
        AVCodec codec = avcodec_find_decoder_by_name(name(format.entry()));
        if (codec == null || codec.isNull()) {
            throw new UnsupportedOperationException("FFmpeg's libraries have no decoder of " + format.entry());
        }
        LibavDecoder decoder = new LibavDecoder(avcodec_alloc_context3(codec), format);
        AVCodecContext context = decoder.context;
        context.flags(context.flags() | AV_CODEC_FLAG_LOW_DELAY).thread_count(1).max_pixels(MAX_PIXELS);
        byte[] config = format.config();
        if (isByLengths(format)) {
            // Freed with the context.
            BytePointer extra = new BytePointer(av_mallocz(config.length + AV_INPUT_BUFFER_PADDING_SIZE));
            extra.put(config, 0, config.length);
            context.extradata(extra).extradata_size(config.length);
        }
        if (avcodec_open2(context, codec, (AVDictionary) null) < 0) {
            decoder.close();
            throw new UnsupportedOperationException("FFmpeg's decoder of " + format.entry() + " takes no such stream");
        }
        return decoder;
    }

    /** Proves that the libraries are there, and gives what makes decoders. @throws LinkageError or IllegalStateException where they are not */
    public static Factory load() {
        av_log_set_level(AV_LOG_QUIET);
        open(new VideoFormat("vp08", 320, 180, "vp08", "vpcC", new byte[0])).close();
        new Scaler(320, 180).close();
        return LibavDecoder::open;
    }

    private static String name(String entry) {
        return switch (entry) {
            case "avc1" -> "h264";
            case "hvc1" -> "hevc";
            case "vp08" -> "vp8";
            case "vp09" -> "vp9";
            // The native decoder needs a graphics card.
            case "av01" -> "libaom-av1";
            default -> throw new UnsupportedOperationException("no decoder of " + entry + " is known");
        };
    }

    /** VP8's frames say nothing of them: what its configuration says, {@code vpcC}. Null where the frames do. */
    private static @Nullable Colours told(VideoFormat format) {
        byte[] config = format.config();
        return format.entry().equals("vp08") && config.length >= VPCC_BYTES
                ? new Colours(config[7] & 0xFF, config[8] & 0xFF, config[9] & 0xFF, (config[6] & 1) != 0)
                : null;
    }

    /** Whether frames are units after their lengths, which the decoder learns from the configuration. */
    private static boolean isByLengths(VideoFormat format) {
        return format.entry().equals("avc1") || format.entry().equals("hvc1");
    }

    @Override
    public boolean decode(byte[] frame, long tag, Output out) {
        if (frame.length == 0 || (announcesSizes && !Av1Sizes.fit(frame, MAX_PIXELS))) {
            return false;
        }
        long padded = (long) frame.length + AV_INPUT_BUFFER_PADDING_SIZE;
        if (bytes.capacity() < padded) {
            bytes.close();
            bytes = new BytePointer(2 * padded);
        }
        bytes.position(0).put(frame, 0, frame.length);
        Pointer.memset(bytes.position(frame.length), 0, AV_INPUT_BUFFER_PADDING_SIZE);
        bytes.position(0);
        packet.data(bytes).size(frame.length).pts(tag).dts(tag);
        boolean taken = avcodec_send_packet(context, packet) >= 0;
        receive(out);
        return taken;
    }

    /** Gives what the decoder held back; it takes nothing in after this. */
    void drain(Output out) {
        avcodec_send_packet(context, null);
        receive(out);
    }

    private void receive(Output out) {
        while (avcodec_receive_frame(context, fresh) == 0) {
            if (isPicture(fresh)) {
                av_frame_unref(newest);
                av_frame_move_ref(newest, fresh);
                out.onPicture(newest.pts());
            } else {
                av_frame_unref(fresh);
            }
        }
    }

    /** The newest picture, as it was decoded; empty before the first. */
    AVFrame newest() {
        return newest;
    }

    /** Others are what damaged streams say of themselves. */
    private static boolean isPicture(AVFrame frame) {
        int least = Math.min(frame.width(), frame.height());
        return least >= MIN_SIDE && Math.max(frame.width(), frame.height()) <= MAX_ASPECT * least;
    }

    @Override
    public int width() {
        return newest.width();
    }

    @Override
    public int height() {
        return newest.height();
    }

    @Override
    public Colours colours() {
        Colours known = told;
        return known == null
                ? new Colours(
                        newest.color_primaries(),
                        newest.color_trc(),
                        newest.colorspace(),
                        newest.color_range() == AVCOL_RANGE_JPEG)
                : known;
    }

    @Override
    public Picture picture(int width, int height) {
        if (newest.width() == 0) {
            throw new IllegalStateException("no picture has been decoded yet"); // the scaler would end the process
        }
        boolean plain = newest.format() == AV_PIX_FMT_YUV420P || newest.format() == AV_PIX_FMT_YUVJ420P;
        if (newest.width() == width && newest.height() == height && plain) {
            return borrow(newest);
        }
        for (Scaler each : scalers) {
            if (each.makes(width, height)) {
                return borrow(each.scale(newest));
            }
        }
        Scaler made = new Scaler(width, height);
        scalers.add(made);
        return borrow(made.scale(newest));
    }

    private static Picture borrow(AVFrame frame) {
        return new Picture(
                frame.width(),
                frame.height(),
                frame.data(0).address(),
                frame.data(1).address(),
                frame.data(2).address(),
                frame.linesize(0),
                frame.linesize(1));
    }

    @Override
    public void close() {
        avcodec_free_context(context);
        av_frame_free(fresh);
        av_frame_free(newest);
        // Its bytes are ours, not the packet's.
        packet.data(null).size(0);
        av_packet_free(packet);
        bytes.close();
        scalers.forEach(Scaler::close);
        scalers.clear();
    }
}
