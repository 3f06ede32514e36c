package io.spillway.hls.stream;

import io.spillway.media.frame.AccessUnit;
import io.spillway.media.mp4.AudioFormat;
import io.spillway.media.mp4.AvcFormat;
import io.spillway.media.mp4.VideoFormat;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.LongPredicate;
import java.util.function.LongUnaryOperator;

/** A publisher's frames at their times: video in layers of 30 frames a second, AAC and Opus beside it, captured by one clock that starts anywhere. */
final class TestStream {

    static final VideoFormat VIDEO = Objects.requireNonNull(AvcFormat.of(
            List.of(HexFormat.of().parseHex("6742c01eda02802fe9500fc0")),
            List.of(HexFormat.of().parseHex("68ce3c80"))));
    static final VideoFormat OTHER_VIDEO = new VideoFormat("avc1", 320, 180, VIDEO.codecs(), "avcC", VIDEO.config());
    static final AudioFormat SOUND = AudioFormat.aac(2, 48_000, new byte[] {0x11, (byte) 0x90});

    static final AudioFormat OPUS = AudioFormat.opus(2, 0);

    static final long START_NS = 5_000_000_000_000L;

    /** Network and repair. */
    static final long DELAY_NS = 40_000_000L;

    private final StreamPackager packager;
    private final int layers;
    private long epochNs = START_NS;
    private long frame;
    private long sound;
    private long opus;
    private long nowNs = START_NS;
    private long tickBase = 77_000_000;
    int framesPerSecond = 30;
    int gop = 30;
    VideoFormat format = VIDEO;
    boolean videoOn = true;
    boolean soundOn = true;

    /** Pictures lost, of a thousand; what follows one is left out up to the next key, as the intake does. */
    int lostPerMille;

    /** By how much pictures are larger than usual. */
    int density = 1;

    /** Each time it is looked what has arrived, the network may hold up to so much back. */
    long jitterNs;

    /** Pictures that came, of each layer. */
    long pictures;

    /** How much earlier than the first layer's clock those of the others say that a picture was captured. */
    long[] earlyNs = {0, 0, 0};

    /** By how many pictures the keys of the layers lie behind those of the first. */
    int[] keysBehind = {0, 0, 0};

    /** Layers that are sent. */
    boolean[] sent = {true, true, true};

    /** Number of the first layer's rendition. */
    int firstNumber;

    /** Nothing arrives before this; then all of it at once. */
    long heldUntilNs;

    /** How much later than the network brings them pictures come, by how long after the first they were captured, nanoseconds: of an encoder that does not keep up. */
    LongUnaryOperator picturesLateNs = _ -> 0;

    /** The same of sound. */
    LongUnaryOperator soundLateNs = _ -> 0;

    /** How far sound's clock goes wrong: when a packet is said to have been captured, less when it was, by how long after the first that was, nanoseconds. */
    LongUnaryOperator soundClockNs = _ -> 0;

    /**
     * By how much later than its count of samples says sound is captured, and said to be: of a sound card whose crystal is slow, or that left some out. By how long after the first packet that count says it was, nanoseconds;
     * never so much less than before that one is captured before another.
     */
    LongUnaryOperator soundDriftNs = _ -> 0;

    /** Packets of sound that are lost, by how long after the first they were captured, nanoseconds. */
    LongPredicate soundLost = _ -> false;

    private final Random chance = new Random(7);
    private boolean broken;

    TestStream(StreamPackager packager, int layers) {
        this.packager = packager;
        this.layers = layers;
    }

    long nowNs() {
        return nowNs;
    }

    /** Another publisher begins: timestamps of another base, frames from a key on. */
    void restart() {
        restart(0);
    }

    /** The same, by a publisher that began so long ago: all since then comes at once. */
    void restart(long agoNs) {
        packager.restart(videoOn);
        epochNs = nowNs - agoNs;
        frame = 0;
        sound = 0;
        opus = 0;
        tickBase += 1_000_000_007L;
    }

    /** Goes on to a time: frames arrive as they are due, and time is told each 20 ms. */
    void playUntil(long untilNs) {
        while (nowNs < untilNs) {
            nowNs += 20_000_000;
            long arrivedNs = nowNs < heldUntilNs ? Long.MIN_VALUE : nowNs - chance.nextLong(jitterNs + 1);
            while (comes(frame * 1_000_000_000L / framesPerSecond, picturesLateNs) <= arrivedNs) {
                long captureNs = epochNs + frame * 1_000_000_000L / framesPerSecond;
                broken = chance.nextInt(1000) < lostPerMille || (broken && frame % gop != 0);
                for (int layer = 0; videoOn && !broken && layer < layers; layer++) {
                    boolean key = Math.floorMod(frame - keysBehind[layer], gop) == 0;
                    if (!sent[layer]) {
                        continue;
                    }
                    packager.add(
                            "v" + (firstNumber + layer),
                            new AccessUnit(
                                    tickBase + layer * 999L + frame * 90_000 / framesPerSecond,
                                    captureNs - earlyNs[layer],
                                    nowNs,
                                    key,
                                    key ? format : null,
                                    bytes((key ? 900 : 90) * density, captureNs)),
                            nowNs);
                }
                pictures += videoOn && !broken ? 1 : 0;
                frame++;
            }
            for (; comes(heardNs(sound, 1_024), soundLateNs) <= arrivedNs; sound++) {
                hear("a0", heardNs(sound, 1_024), sound * 1_024, SOUND, 340);
            }
            for (; comes(heardNs(opus, 960), soundLateNs) <= arrivedNs; opus++) {
                hear("a1", heardNs(opus, 960), opus * 960, OPUS, 160);
            }
            packager.onTime(nowNs);
        }
    }

    /** When a packet of so many samples each is captured, after the first. */
    private long heardNs(long number, int samples) {
        long countedNs = number * samples * 1_000_000_000L / 48_000;
        return countedNs + soundDriftNs.applyAsLong(countedNs);
    }

    private long comes(long elapsedNs, LongUnaryOperator lateNs) {
        return epochNs + elapsedNs + DELAY_NS + lateNs.applyAsLong(elapsedNs);
    }

    private void hear(String name, long elapsedNs, long ticks, AudioFormat as, int length) {
        if (soundOn && !soundLost.test(elapsedNs)) {
            long captureNs = epochNs + elapsedNs;
            long saidNs = captureNs + soundClockNs.applyAsLong(elapsedNs);
            packager.add(
                    name, new AccessUnit(tickBase + ticks, saidNs, nowNs, true, as, bytes(length, captureNs)), nowNs);
        }
    }

    /** A frame's, which tell when it was captured: {@link #captureNs}. */
    static byte[] bytes(int length, long captureNs) {
        return ByteBuffer.allocate(length).putLong(captureNs).array();
    }

    static long captureNs(byte[] frame) {
        return ByteBuffer.wrap(frame).getLong();
    }
}
