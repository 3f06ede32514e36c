package io.spillway.recorder.mux;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.codec.PayloadParser;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.recorder.journal.EntryFormat;
import io.spillway.testkit.client.SentRtp;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A real encoder's clip, cut into RTP packets by FFmpeg. The first packet's timestamp is the clip's beginning. */
record RtpClip(Codec codec, List<Packet> packets) {

    /** RFC 3550 §5.1. */
    private static final int TIMESTAMP_AT = 4;

    /** One packet, as a media loop would see it. */
    record Packet(ByteBuffer rtp, int timestamp, int flags) {

        /** The same, with another timestamp. */
        Packet at(int other) {
            ByteBuffer copy = ByteBuffer.allocate(rtp.limit()).put(0, rtp, 0, rtp.limit());
            return new Packet(copy.putInt(TIMESTAMP_AT, other), other, flags);
        }
    }

    /** A white flash of 40 ms, 200 ms into each second, on a dark picture that moves; a key each second. */
    static RtpClip flashes(Codec codec, String encoder, int width, int height, int seconds) {
        String flash = ",format=yuv420p,lutyuv=y=val/4+16,drawbox=color=white:t=fill:enable='eq(mod(n,25),5)'";
        return of(codec, encoder, width, height, seconds, flash, 25);
    }

    /** A picture that moves, with a key each so many frames, of 25 a second. */
    static RtpClip moving(Codec codec, String encoder, int width, int height, int seconds, int keyEachFrames) {
        return of(codec, encoder, width, height, seconds, "", keyEachFrames);
    }

    private static RtpClip of(
            Codec codec, String encoder, int width, int height, int seconds, String filters, int keyEachFrames) {
        String source = "testsrc2=size=" + width + "x" + height + ":rate=25:duration=" + seconds + filters;
        List<String> command = new ArrayList<>(List.of("-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p"));
        command.addAll(List.of("-c:v", encoder, "-g", Integer.toString(keyEachFrames), "-b:v", "400k"));
        switch (codec) {
            // By x265; the FFmpeg that tests have has no encoder of it.
            case H265 -> {
                return of(codec, List.of("-i", sample(), "-c:v", "copy", "-bsf:v", "hevc_mp4toannexb"));
            }
            case VP8, VP9 -> command.addAll(List.of("-deadline", "realtime", "-cpu-used", "8"));
            case AV1 -> command.addAll(List.of("-usage", "realtime", "-cpu-used", "8"));
            default -> {}
        }
        return of(codec, command);
    }

    /** Four seconds of 320x180 with a key each second. */
    private static String sample() {
        try {
            return Path.of(Objects.requireNonNull(RtpClip.class.getResource("flashes-320x180-hevc.mp4"))
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** A beep of 50 ms, 200 ms into each second: not where a decoder has just changed from one encoder to the next. */
    static RtpClip beeps(int seconds) {
        return of(
                Codec.OPUS,
                List.of(
                        "-f",
                        "lavfi",
                        "-i",
                        "aevalsrc='0.5*sin(2*PI*1000*t)*between(mod(t,1),0.2,0.25)':s=48000:d=" + seconds,
                        "-c:a",
                        "libopus",
                        "-ac",
                        "2",
                        "-b:a",
                        "64k"));
    }

    /** The clip, which lasts so many seconds, so many times over, as one that does not end. */
    RtpClip repeated(int times, int seconds) {
        List<Packet> all = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            int ticks = i * seconds * codec.clockRateHz();
            for (Packet each : packets) {
                all.add(each.at(each.timestamp() + ticks));
            }
        }
        return new RtpClip(codec, all);
    }

    /** The clip, which lasts so many seconds, and another one behind it, as of one encoder that was told of another size. */
    RtpClip then(int seconds, RtpClip next) {
        int ticks = packets.getFirst().timestamp()
                + seconds * codec.clockRateHz()
                - next.packets.getFirst().timestamp();
        List<Packet> all = new ArrayList<>(packets);
        for (Packet each : next.packets) {
            all.add(each.at(each.timestamp() + ticks));
        }
        return new RtpClip(codec, all);
    }

    private static RtpClip of(Codec codec, List<String> arguments) {
        // As fast as a receiver's buffer bears.
        List<String> paced = new ArrayList<>(List.of("-readrate", "4"));
        paced.addAll(arguments);
        PayloadParser parser = PayloadParser.of(codec);
        try {
            return new RtpClip(
                    codec,
                    SentRtp.of(paced).stream()
                            .map(bytes -> packet(ByteBuffer.wrap(bytes), parser))
                            .toList());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Packet packet(ByteBuffer bytes, PayloadParser parser) {
        RtpPacket rtp = new RtpPacket();
        PayloadInfo info = new PayloadInfo();
        if (!rtp.wrap(bytes, 0, bytes.limit())
                || !parser.parse(bytes, rtp.payloadOffset(), rtp.payloadLength(), info)) {
            throw new AssertionError("no packet of an encoder");
        }
        int flags = (info.startsFrame() ? EntryFormat.STARTS_FRAME : 0)
                | (info.startsKeyframe() ? EntryFormat.STARTS_KEYFRAME : 0);
        return new Packet(bytes, rtp.timestamp(), flags);
    }
}
