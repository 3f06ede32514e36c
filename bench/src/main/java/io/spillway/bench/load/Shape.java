package io.spillway.bench.load;

import java.nio.ByteBuffer;
import java.util.List;

/** What a publisher sends and when: frames at an even pace, each a burst of packets. */
public sealed interface Shape permits VideoShape, AudioShape {

    /** 30 fps and 2.5 Mbps: 8 packets a P frame, 41 an IDR frame, one of them each 2 s. */
    Shape VIDEO = new VideoShape("video", 33_333_333L, 60, 8, 41, 1_224, 1_080);

    /** The same with keyframes of no more packets than others. */
    Shape EVEN_VIDEO = new VideoShape("even", 33_333_333L, 60, 8, 8, 1_224, 1_080);

    /** The frames of VIDEO at 10 fps, 0.9 Mbps: a thousand viewers of it fit one core. */
    Shape SLOW_VIDEO = new VideoShape("video10", 100_000_000L, 20, 8, 41, 1_224, 1_080);

    /** Opus frames of 20 ms, one packet each, 64 kbps. */
    Shape AUDIO = new AudioShape("audio", 20_000_000L, 160);

    /** A burst of one 1200-byte packet. */
    Shape BURST_1 = burst(1, 2_000_000L);

    /** Bursts of five 1200-byte packets. */
    Shape BURST_5 = burst(5, 4_000_000L);

    /** Bursts of ten 1200-byte packets. */
    Shape BURST_10 = burst(10, 6_666_667L);

    List<Shape> ALL = List.of(VIDEO, EVEN_VIDEO, SLOW_VIDEO, AUDIO, BURST_1, BURST_5, BURST_10);

    /** Bursts of so many 1200-byte packets, at an even pace. */
    static Shape burst(int packets, long intervalNs) {
        // Short groups: what a server replays to those who join is not what is measured.
        int frames = (int) (250_000_000L / intervalNs);
        return new VideoShape("burst" + packets, intervalNs, frames, packets, packets, 1_188, 1_188);
    }

    String name();

    boolean isVideo();

    /** From one frame to the next. */
    long intervalNs();

    /** Frames from one keyframe to the next; 1 for audio. */
    int framesInGroup();

    /** Packets in a frame, which are numbered from 0. */
    int packets(long frame);

    /** RTP ticks from one frame to the next. */
    int ticks();

    /** Writes the payload of one of the frame's packets at {@code offset}; the last {@link Stamp#BYTES} are the caller's. Gives its length. */
    int write(long frame, int packet, ByteBuffer buffer, int offset);

    /** Packets a second, over a whole group of pictures. */
    double packetsPerSecond();
}
