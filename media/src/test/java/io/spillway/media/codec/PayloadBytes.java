package io.spillway.media.codec;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Hex;
import java.nio.ByteBuffer;
import java.util.Random;

/** Payloads as bytes: laid out so that a read past their end fails, and their {@link PayloadInfo} as a line. */
final class PayloadBytes {

    /** Where payloads start: not 0, so that a forgotten offset shows. */
    static final int OFFSET = 3;

    private PayloadBytes() {}

    /** What the payload says, as words; {@code refused} when malformed. */
    static String describe(Codec codec, String hex) {
        return describe(codec, Hex.bytes(hex));
    }

    static String describe(Codec codec, byte[] bytes) {
        PayloadInfo info = new PayloadInfo();
        return parse(codec, bytes, bytes.length, info) ? words(info) : "refused";
    }

    /** Parses the first {@code length} bytes at the very end of a direct buffer. */
    static boolean parse(Codec codec, byte[] bytes, int length, PayloadInfo info) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(OFFSET + length).put(OFFSET, bytes, 0, length);
        return PayloadParser.of(codec).parse(buffer, OFFSET, length, info);
    }

    /** Parses any bytes; what is not refused must be within its ranges. */
    static void read(Codec codec, byte[] bytes, int length) {
        PayloadInfo info = new PayloadInfo();
        if (!parse(codec, bytes, length, info)) {
            return;
        }
        int end = OFFSET + length;
        assertTrue(!info.startsKeyframe() || (info.startsFrame() && info.keyframe()) || codec == Codec.AV1);
        assertTrue(info.width() >= 0 && info.width() <= 1 << 16 && info.height() >= 0 && info.height() <= 1 << 16);
        assertTrue(info.width() == 0 == (info.height() == 0) || codec == Codec.VP8 || codec == Codec.VP9);
        assertTrue(info.temporalId() >= 0 && info.temporalId() <= 7);
        assertTrue(info.spatialId() >= 0 && info.spatialId() <= 7);
        assertTrue(info.pictureIdBits() == 0 == (info.pictureIdOffset() < 0));
        assertTrue(info.pictureId() >> Math.max(1, info.pictureIdBits()) <= 0);
        assertTrue(info.pictureIdOffset() < end && info.tl0PicIdxOffset() < end && info.keyIdxOffset() < end);
        assertTrue(info.tl0PicIdx() <= 255 && info.keyIdx() <= 31);
        assertTrue(info.hasParameterSets() == info.parameterSetCount() > 0);
        for (int i = 0; i < info.parameterSetCount(); i++) {
            assertTrue(info.parameterSetOffsetAt(i) >= OFFSET && info.parameterSetLengthAt(i) > 0);
            assertTrue(info.parameterSetOffsetAt(i) + info.parameterSetLengthAt(i) <= end);
        }
        assertTrue(codec.kind() == MediaKind.VIDEO ? info.durationTicks() == 0 : info.durationTicks() >= 120);
        assertTrue(info.durationTicks() <= 5760);
    }

    /** {@link #read}s {@code good} with some bits flipped and cut short, and as many random payloads. */
    static void readDamaged(Codec codec, Random random, byte[] good, int rounds) {
        for (int i = 0; i < rounds; i++) {
            byte[] bytes = good.clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            read(codec, bytes, random.nextInt(4) == 0 ? random.nextInt(bytes.length + 1) : bytes.length);
            byte[] noise = new byte[random.nextInt(60)];
            random.nextBytes(noise);
            read(codec, noise, noise.length);
        }
    }

    private static String words(PayloadInfo info) {
        StringBuilder words = new StringBuilder();
        word(words, info.startsFrame(), "start");
        word(words, info.startsKeyframe(), "startKey");
        word(words, info.keyframe(), "key");
        word(words, info.startsLayerFrame() && !info.startsFrame(), "startLayer");
        word(words, info.endsLayerFrame(), "endLayer");
        word(words, info.interPicturePredicted(), "inter");
        word(words, info.interLayerPredicted(), "interLayer");
        word(words, info.width() > 0 || info.height() > 0, info.width() + "x" + info.height());
        word(words, info.profile() > 0, "profile" + info.profile());
        word(words, info.profileConstraints() > 0, "constraints" + info.profileConstraints());
        word(words, info.level() > 0, "level" + info.level());
        word(words, info.temporalId() > 0, "T" + info.temporalId());
        word(words, info.spatialId() > 0, "S" + info.spatialId());
        word(words, info.switchesUp(), "up");
        word(
                words,
                info.pictureId() >= 0,
                "pid" + info.pictureIdBits() + "=" + info.pictureId() + "@" + (info.pictureIdOffset() - OFFSET));
        word(words, info.tl0PicIdx() >= 0, "tl0=" + info.tl0PicIdx() + "@" + (info.tl0PicIdxOffset() - OFFSET));
        word(words, info.keyIdx() >= 0, "keyidx=" + info.keyIdx() + "@" + (info.keyIdxOffset() - OFFSET));
        word(words, info.durationTicks() > 0, "ticks=" + info.durationTicks());
        for (int i = 0; i < info.parameterSetCount(); i++) {
            word(
                    words,
                    true,
                    info.parameterSetAt(i) + "@" + (info.parameterSetOffsetAt(i) - OFFSET) + "+"
                            + info.parameterSetLengthAt(i));
        }
        return words.toString();
    }

    private static void word(StringBuilder words, boolean present, String word) {
        if (present) {
            words.append(words.isEmpty() ? "" : " ").append(word);
        }
    }
}
