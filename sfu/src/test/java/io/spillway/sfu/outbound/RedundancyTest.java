package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.Codec;
import io.spillway.media.rtcp.ArrivalTimes;
import io.spillway.media.rtp.HeaderExtension;
import io.spillway.media.rtp.RedPayload;
import io.spillway.sfu.sdp.PayloadMapping;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A viewer that loses packets gets its sound more than once, if it agreed to that (R21). */
final class RedundancyTest {

    private static final int OPUS = 111;
    private static final int RED = 63;

    private final World world = new World();
    private final TestViewer viewer = new TestViewer();
    private final RedPayload red = new RedPayload();

    /** Shares in 256ths, as reports tell them: 1 is 0.4 %, 26 is 10 %. */
    @ParameterizedTest
    @CsvSource({"0, 0", "1, 0", "2, 1", "7, 1", "26, 2", "255, 2"})
    void shouldRepeatAsManyAsTheLossAsksFor(int fractionLost, int blocks) {
        watch(Set.of());
        tellLoss(fractionLost);
        List<TestViewer.Received> sound = soundOfTheNextSecond();

        for (int i = 2; i < sound.size(); i++) {
            TestViewer.Received packet = sound.get(i);
            assertEquals(blocks == 0 ? OPUS : RED, packet.payloadType());
            ByteBuffer own = packet.payload();
            if (blocks > 0) {
                own = checkedBlocks(sound, i, blocks);
            }
            assertEquals(80, own.remaining());
            assertEquals(sound.get(i - 1).sequence() + 1, packet.sequence());
            assertEquals(sound.get(i - 1).timestamp() + 960, packet.timestamp());
        }
    }

    @Test
    void shouldRepeatNothingUntilTheViewerTellsOfLossAndStopSomeTimeAfter() {
        watch(Set.of());
        assertTrue(soundOfTheNextSecond().stream().allMatch(packet -> packet.payloadType() == OPUS));
        tellLoss(26);
        assertTrue(soundOfTheNextSecond().stream().allMatch(packet -> packet.payloadType() == RED));
        tellLoss(0);
        assertTrue(soundOfTheNextSecond().stream().allMatch(packet -> packet.payloadType() == RED), "spells return");
        for (int i = 0; i < 25; i++) {
            world.advanceMs(1_000);
            tellLoss(0);
        }
        assertTrue(soundOfTheNextSecond().stream().allMatch(packet -> packet.payloadType() == OPUS));
    }

    @Test
    void shouldRepeatNothingForAViewerThatDidNotAgreeToIt() {
        world.publish(TestPublisher.vp8(1));
        world.join(viewer);
        world.advanceMs(200);
        tellLoss(255);

        assertTrue(soundOfTheNextSecond().stream().allMatch(packet -> packet.payloadType() == OPUS));
    }

    @Test
    void shouldLeaveSoundThatIsAskedForAgainToThat() {
        watch(EnumSet.of(PayloadMapping.Feedback.NACK));
        tellLoss(255);

        assertTrue(soundOfTheNextSecond().stream().allMatch(packet -> packet.payloadType() == OPUS));
    }

    @Test
    void shouldRepeatNoSoundThatAFullPathHasNoRoomFor() {
        viewer.videoExtensions = Map.of(HeaderExtension.TRANSPORT_CC.uri(), 6);
        watch(Set.of());
        tellLoss(26);
        assertTrue(soundOfTheNextSecond().stream().allMatch(packet -> packet.payloadType() == RED), "there was room");
        long fullFromNs = world.nowNs;
        for (int i = 0; i < 60; i++) {
            tellPicturesHalfAsFast(fullFromNs);
            world.advanceMs(50);
        }
        assertNotEquals(Long.MAX_VALUE, viewer.media().estimate().limitBps(world.nowNs), "the path was full");
        tellLoss(26);

        assertTrue(soundOfTheNextSecond().stream().allMatch(packet -> packet.payloadType() == OPUS));
    }

    /** Opus at 200 and at 320 kbit/s. */
    @ParameterizedTest
    @CsvSource({"500, 26, 1", "800, 3, 0"})
    void shouldRepeatNoMoreThanAPacketHolds(int payloadBytes, int fractionLost, int blocks) {
        viewer.audioPayloads = List.of(new PayloadMapping(OPUS, -1, RED, Codec.OPUS, 2, Map.of(), Set.of()));
        TestPublisher publisher = TestPublisher.vp8(1);
        publisher.audioBytes = payloadBytes;
        world.publish(publisher);
        world.join(viewer);
        world.advanceMs(200);
        tellLoss(fractionLost);
        for (TestViewer.Received packet : soundOfTheNextSecond().subList(2, 49)) {
            assertTrue(packet.bytes().limit() <= 1_200, packet.bytes().limit() + " bytes");
            assertEquals(blocks == 0 ? OPUS : RED, packet.payloadType());
            if (blocks > 0) {
                assertTrue(red.wrap(packet.payload(), 0, packet.payload().limit()));
                assertEquals(blocks, red.count());
            }
        }
    }

    @Test
    void shouldRepeatNothingOfThePublisherBefore() {
        watch(Set.of());
        tellLoss(26);
        world.advanceMs(500);
        world.publish(TestPublisher.vp8(2));
        List<TestViewer.Received> sound = soundOfTheNextSecond();

        assertEquals(OPUS, sound.get(0).payloadType(), "there is none before it");
        assertTrue(red.wrap(sound.get(1).payload(), 0, sound.get(1).payload().limit()));
        assertEquals(1, red.count());
    }

    /** What is before the own payload is what was sent before, and gives the own payload. */
    private ByteBuffer checkedBlocks(List<TestViewer.Received> sound, int at, int blocks) {
        ByteBuffer payload = sound.get(at).payload();
        assertTrue(red.wrap(payload, 0, payload.limit()));
        assertEquals(blocks, red.count());
        assertEquals(OPUS, red.ownPayloadType());
        for (int i = 0; i < blocks; i++) {
            int distance = blocks - i;
            assertEquals(OPUS, red.payloadTypeAt(i));
            assertEquals(960 * distance, red.offsetTicksAt(i));
            assertEquals(
                    number(payload, red.ownOffset()) - distance, number(payload, red.offsetAt(i)), "what came before");
        }
        return payload.slice(red.ownOffset(), red.ownLength());
    }

    private static int number(ByteBuffer payload, int offset) {
        return payload.getInt(offset + 1);
    }

    private void watch(Set<PayloadMapping.Feedback> feedback) {
        viewer.audioPayloads = List.of(new PayloadMapping(OPUS, -1, RED, Codec.OPUS, 2, Map.of(), feedback));
        world.publish(TestPublisher.vp8(1));
        world.join(viewer);
        world.advanceMs(200);
    }

    private void tellLoss(int fractionLost) {
        viewer.say(world.nowNs, w -> {
            w.receiverReport(7);
            w.reportBlock(TestViewer.AUDIO_SSRC, fractionLost, 0, 0, 0, 0, 0);
        });
    }

    /** As if a path had carried half of what was sent since then, so that its queue grows. */
    private void tellPicturesHalfAsFast(long fromNs) {
        List<TestViewer.Received> video = viewer.video();
        int first = Math.max(0, video.size() - 250);
        ArrivalTimes arrivals = number -> {
            long sentNs = video.get((int) number).atNs();
            long atNs = sentNs + Math.max(0, sentNs - fromNs);
            return atNs <= world.nowNs ? atNs : ArrivalTimes.NOT_RECEIVED;
        };
        viewer.say(world.nowNs, w -> w.transportFeedback(7, TestViewer.VIDEO_SSRC, 0, first, video.size(), arrivals));
    }

    private List<TestViewer.Received> soundOfTheNextSecond() {
        int before = viewer.of(TestViewer.AUDIO_SSRC).size();
        world.advanceMs(1_000);
        List<TestViewer.Received> sound = viewer.of(TestViewer.AUDIO_SSRC);
        assertTrue(sound.size() - before >= 49, "sound goes on");
        return sound.subList(before, sound.size());
    }
}
