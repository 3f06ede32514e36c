package io.spillway.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.codec.PayloadParser;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ShapeTest {

    private final ByteBuffer buffer = ByteBuffer.allocate(2_048);
    private final PayloadInfo info = new PayloadInfo();

    static List<Shape> video() {
        return Shape.ALL.stream().filter(Shape::isVideo).toList();
    }

    @ParameterizedTest
    @MethodSource("video")
    void shouldStartAKeyframeWithParameterSetsInEachGroup(Shape shape) {
        for (long frame : new long[] {0, shape.framesInGroup()}) {
            parse(shape, frame, 0);
            assertTrue(info.startsFrame());
            assertTrue(info.startsKeyframe());
            assertTrue(info.hasParameterSets());
            assertEquals(1280, info.width());
            assertEquals(720, info.height());
        }
    }

    @ParameterizedTest
    @MethodSource("video")
    void shouldStartEveryOtherFrameOnceAndNoKeyframe(Shape shape) {
        for (int packet = 0; packet < shape.packets(1); packet++) {
            parse(shape, 1, packet);
            assertEquals(packet == 0, info.startsFrame(), "packet " + packet);
            assertTrue(!info.keyframe() && !info.startsKeyframe());
        }
    }

    @ParameterizedTest
    @MethodSource("video")
    void shouldLeaveRoomForTheStampBehindAllHeaders(Shape shape) {
        for (long frame : new long[] {0, 1}) {
            for (int packet = 0; packet < shape.packets(frame); packet++) {
                int length = shape.write(frame, packet, buffer, 20);
                Stamp.write(buffer, 20 + length, 7, 8, 9);
                assertTrue(PayloadParser.of(Codec.H264).parse(buffer, 20, length, info));
                assertTrue(Stamp.isAt(buffer, 20 + length));
                assertEquals(7, Stamp.number(buffer, 20 + length));
                assertEquals(8, Stamp.intendedNs(buffer, 20 + length));
                assertEquals(9, Stamp.sentNs(buffer, 20 + length));
            }
        }
    }

    @Test
    void shouldHaveThePacketsAndTheRateOfTheAgreedShape() {
        assertEquals(41, Shape.VIDEO.packets(0));
        assertEquals(8, Shape.VIDEO.packets(59));
        assertEquals(41, Shape.VIDEO.packets(60));
        assertEquals(256.5, Shape.VIDEO.packetsPerSecond(), 0.01);
        double bytes = 0;
        for (long frame = 0; frame < 60; frame++) {
            for (int packet = 0; packet < Shape.VIDEO.packets(frame); packet++) {
                bytes += 12 + Shape.VIDEO.write(frame, packet, buffer, 0);
            }
        }
        assertEquals(2.5e6, bytes * 8 / 2, 0.02e6);
        assertEquals(3_000, Shape.VIDEO.ticks());
        assertEquals(960, Shape.AUDIO.ticks());
        assertEquals(50, Shape.AUDIO.packetsPerSecond());
    }

    @Test
    void shouldSendBurstsOfEqualPackets() {
        for (Shape shape : List.of(Shape.BURST_1, Shape.BURST_5, Shape.BURST_10)) {
            for (int packet = 0; packet < shape.packets(1); packet++) {
                assertEquals(1_188, shape.write(1, packet, buffer, 0));
            }
        }
        assertEquals(10, Shape.BURST_10.packets(0));
        assertEquals(10, Shape.BURST_10.packets(1));
    }

    private void parse(Shape shape, long frame, int packet) {
        int length = shape.write(frame, packet, buffer, 0);
        assertTrue(PayloadParser.of(Codec.H264).parse(buffer, 0, length, info));
    }
}
