package io.spillway.bench;

import com.sun.management.ThreadMXBean;
import io.spillway.hls.ladder.Picture;
import io.spillway.hls.ladder.VideoDecoder;
import io.spillway.hls.ladder.VideoEncoder;
import io.spillway.media.mp4.VideoFormat;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** A stream decoded, scaled and encoded into all rungs on the calling thread, as the server's transcoding thread does it, and what CPU time of that thread went where. Good for one run. */
final class LadderPass {

    /** Makes a rung's encoder. */
    @FunctionalInterface
    interface Opener {
        VideoEncoder open(int width, int height);
    }

    /** A rung's picture, in pixels. */
    record Size(int width, int height) {}

    /** What a pass took; what is in none of the three is opening, closing and asking the clock. */
    record Cost(long allNs, long decodingNs, long scalingNs, long encodingNs, long bytes) {}

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final List<Size> sizes;
    private final Opener opener;
    private final int gop;
    private final List<VideoEncoder> encoders = new ArrayList<>();
    private long decodingNs;
    private long scalingNs;
    private long encodingNs;
    private long bytes;

    /** @param gop a key each so many pictures */
    LadderPass(List<Size> sizes, Opener opener, int gop) {
        this.sizes = sizes;
        this.opener = opener;
        this.gop = gop;
    }

    Cost run(VideoDecoder.Factory decoders, VideoFormat format, List<byte[]> frames) {
        long beganNs = nowNs();
        for (Size size : sizes) {
            encoders.add(opener.open(size.width, size.height));
        }
        try (VideoDecoder decoder = decoders.open(format)) {
            for (int i = 0; i < frames.size(); i++) {
                long beforeNs = nowNs() - scalingNs - encodingNs;
                decoder.decode(frames.get(i), i, number -> encode(decoder, number));
                decodingNs += nowNs() - scalingNs - encodingNs - beforeNs;
            }
        } finally {
            encoders.forEach(VideoEncoder::close);
        }
        return new Cost(nowNs() - beganNs, decodingNs, scalingNs, encodingNs, bytes);
    }

    private void encode(VideoDecoder decoder, long number) {
        for (int i = 0; i < sizes.size(); i++) {
            long beganNs = nowNs();
            Picture picture = decoder.picture(sizes.get(i).width, sizes.get(i).height);
            long scaledNs = nowNs();
            bytes += encoders.get(i)
                    .encode(picture, number % gop == 0, number * 100 / 3)
                    .data()
                    .length;
            scalingNs += scaledNs - beganNs;
            encodingNs += nowNs() - scaledNs;
        }
    }

    private long nowNs() {
        return threads.getCurrentThreadCpuTime();
    }
}
