package io.spillway.hls.libav;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.frame.AudioCoder;
import io.spillway.media.mp4.Fragment;
import io.spillway.media.mp4.InitSegment;
import io.spillway.media.mp4.Sample;
import io.spillway.testkit.client.FfmpegTool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tone that begins at a known time, through the coder and a decoder of its own: it must be heard when it was said (H46). */
class OpusToAacTest {

    private static final int ONSET = 24_000;

    /** What an Opus encoder is behind by, and a decoder told to drop: RFC 7845 §4.2. */
    private static final int OPUS_DELAY = 312;

    /** 5 ms; 20 are allowed between sound and picture. */
    private static final int TOLERANCE = 240;

    @TempDir
    Path folder;

    private final List<byte[]> packets = new ArrayList<>();
    private long first = -1;
    private long next;

    private List<byte[]> tone() throws IOException {
        Path ogg = folder.resolve("tone.ogg");
        FfmpegTool.ffmpeg(
                "-f",
                "lavfi",
                "-i",
                "aevalsrc='0.5*sin(2*PI*1000*t)*gte(t,0.5)':s=48000:d=1.5",
                "-c:a",
                "libopus",
                "-ac",
                "2",
                "-b:a",
                "96k",
                ogg.toString());
        List<byte[]> all = new ArrayList<>();
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        byte[] file = Files.readAllBytes(ogg);
        int at = 0;
        while (at < file.length) {
            int segments = file[at + 26] & 0xFF;
            int body = at + 27 + segments;
            for (int i = 0; i < segments; i++) {
                int length = file[at + 27 + i] & 0xFF;
                packet.write(file, body, length);
                body += length;
                if (length < 255) {
                    all.add(packet.toByteArray());
                    packet.reset();
                }
            }
            at = body;
        }
        return all.subList(2, all.size());
    }

    private void take(long start, byte[] packet) {
        first = first < 0 ? start : first;
        assertTrue(packets.isEmpty() || start == next, "packets follow each other");
        next = start + 1024;
        packets.add(packet);
    }

    /** Where the tone is heard, on the timeline that went in. */
    private long heardAt(AudioCoder coder) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(InitSegment.write(coder.format(), 0));
        out.write(Fragment.write(
                1, 0, packets.stream().map(each -> new Sample(each, 1024, true)).toList(), 0));
        Path file = Files.write(folder.resolve("aac.mp4"), out.toByteArray());
        Path pcm = folder.resolve("aac.pcm");
        FfmpegTool.ffmpeg("-y", "-i", file.toString(), "-f", "s16le", pcm.toString());
        var samples = ByteBuffer.wrap(Files.readAllBytes(pcm))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asShortBuffer();
        for (int i = 0; i < samples.limit() / 2; i++) {
            if (Math.abs(samples.get(2 * i)) > 4_000) {
                return first + i;
            }
        }
        throw new AssertionError("no tone");
    }

    private void assertHeardAt(long expected, AudioCoder coder) throws IOException {
        long heard = heardAt(coder);
        assertTrue(Math.abs(heard - expected) < TOLERANCE, heard + " instead of " + expected);
    }

    @Test
    void shouldHearTheToneWhenItWasSaid() throws IOException {
        try (AudioCoder coder = OpusToAac.load().create()) {
            assertEquals("mp4a.40.2", coder.format().codecs());
            long at = 1_000_000;
            for (byte[] packet : tone()) {
                coder.add(packet, at, this::take);
                at += 960;
            }
            assertHeardAt(1_000_000 + ONSET + OPUS_DELAY, coder);
        }
    }

    @Test
    void shouldPutSilenceWherePacketsAreLost() throws IOException {
        try (AudioCoder coder = OpusToAac.load().create()) {
            long at = 0;
            for (byte[] packet : tone()) {
                if (at < 4_800 || at > 19_000) {
                    coder.add(packet, at, this::take);
                }
                at += 960;
            }
            assertHeardAt(ONSET + OPUS_DELAY, coder);
        }
    }

    @Test
    void shouldTakeAnyBytesAndBeginAnewAtAnotherTimeline() throws IOException {
        try (AudioCoder coder = OpusToAac.load().create()) {
            Random random = new Random(1);
            for (int i = 0; i < 300; i++) {
                byte[] junk = new byte[random.nextInt(200)];
                random.nextBytes(junk);
                coder.add(junk, i * 960L, (_, _) -> {});
            }
            long at = 1L << 40;
            for (byte[] packet : tone()) {
                coder.add(packet, at, (start, bytes) -> {
                    if (start >= 1L << 40) {
                        take(start, bytes);
                    }
                });
                at += 960;
            }
            assertHeardAt((1L << 40) + ONSET + OPUS_DELAY, coder);
        }
    }
}
