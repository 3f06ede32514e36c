package io.spillway.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.hls.ladder.Colours;
import io.spillway.hls.ladder.Picture;
import io.spillway.hls.ladder.VideoDecoder;
import io.spillway.hls.ladder.VideoEncoder;
import io.spillway.media.mp4.VideoFormat;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class LadderPassTest {

    private static final VideoFormat FORMAT = new VideoFormat("vp08", 64, 36, "vp08", "vpcC", new byte[0]);

    private final List<String> did = new ArrayList<>();

    /** Says what it is asked for; its pictures are the frames' numbers. */
    private final class Decoder implements VideoDecoder {

        @Override
        public boolean decode(byte[] frame, long tag, Output out) {
            out.onPicture(tag);
            return true;
        }

        @Override
        public int width() {
            return FORMAT.width();
        }

        @Override
        public int height() {
            return FORMAT.height();
        }

        @Override
        public Colours colours() {
            return new Colours(2, 2, 2, false);
        }

        @Override
        public Picture picture(int width, int height) {
            return new Picture(width, height, 0, 0, 0, width, width / 2);
        }

        @Override
        public void close() {
            did.add("decoder closed");
        }
    }

    /** Gives as many bytes as a picture is high. */
    private final class Encoder implements VideoEncoder {

        @Override
        public Frame encode(Picture picture, boolean key, long timeMs) {
            did.add(picture.height() + (key ? " key " : " at ") + timeMs);
            return new Frame(new byte[picture.height()], key, null);
        }

        @Override
        public void framesPerSecond(float framesPerSecond) {}

        @Override
        public void close() {
            did.add("encoder closed");
        }
    }

    @Test
    void shouldEncodeEachPictureInAllSizesBeforeTheNext() {
        LadderPass pass = new LadderPass(
                List.of(new LadderPass.Size(64, 36), new LadderPass.Size(32, 18)), (_, _) -> new Encoder(), 2);
        LadderPass.Cost cost = pass.run(_ -> new Decoder(), FORMAT, Collections.nCopies(3, new byte[1]));
        assertEquals(
                List.of(
                        "36 key 0",
                        "18 key 0",
                        "36 at 33",
                        "18 at 33",
                        "36 key 66",
                        "18 key 66",
                        "decoder closed",
                        "encoder closed",
                        "encoder closed"),
                did);
        assertEquals(3 * (36 + 18), cost.bytes());
        assertTrue(cost.allNs() >= cost.decodingNs() + cost.scalingNs() + cost.encodingNs(), cost::toString);
    }
}
