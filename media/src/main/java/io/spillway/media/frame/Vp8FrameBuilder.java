package io.spillway.media.frame;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.codec.PayloadParser;
import io.spillway.media.mp4.TrackFormat;
import io.spillway.media.mp4.VideoFormat;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** VP8: payloads without their descriptors, one behind the other, are a frame. RFC 7741 §4.2. */
final class Vp8FrameBuilder implements FrameBuilder {

    /** Primaries, transfer and matrix unspecified, limited range. ISO/IEC 23091-2. */
    private static final int UNSPECIFIED = 0x02020200;

    /** Of the extension's last byte: the whole range, 0 to 255, is used. */
    private static final int RANGE = 0x30;

    private static final int FULL_RANGE = 0x20;

    private final PayloadParser parser = PayloadParser.of(Codec.VP8);
    private final PayloadInfo info = new PayloadInfo();
    private final ByteArrayOutputStream frame = new ByteArrayOutputStream();
    private boolean key;
    private int width;
    private int height;
    private int colours = UNSPECIFIED;

    @Override
    public boolean add(byte[] payload) {
        if (!parser.parse(ByteBuffer.wrap(payload), 0, payload.length, info)
                || frame.size() + payload.length > NalFrameBuilder.MAX_FRAME_BYTES
                || (frame.size() == 0) != info.startsFrame()) {
            return false;
        }
        if (info.startsFrame()) {
            key = info.keyframe();
            width = info.width();
            height = info.height();
        }
        int head = headLength(payload);
        frame.write(payload, head, payload.length - head);
        return true;
    }

    /** Of a descriptor that the parser found whole. */
    private static int headLength(byte[] payload) {
        if ((payload[0] & 0x80) == 0) {
            return 1;
        }
        int flags = payload[1];
        int length = 2;
        if ((flags & 0x80) != 0) {
            length += payload[2] < 0 ? 2 : 1;
        }
        length += (flags & 0x40) != 0 ? 1 : 0;
        return length + ((flags & 0x30) != 0 ? 1 : 0);
    }

    @Override
    public boolean isKey() {
        return key;
    }

    @Override
    public void colours(int told) {
        colours = told;
    }

    /** Version 1, no flags; profile 0, level 1, eight bits of 4:2:0, colours, nothing to begin with. VP Codec ISO Media File Format Binding. */
    @Override
    public @Nullable TrackFormat format() {
        if (width == 0 || height == 0) {
            return null;
        }
        int range = (colours & RANGE) == FULL_RANGE ? 1 : 0;
        byte[] config = {
            1,
            0,
            0,
            0,
            0,
            10,
            (byte) (0x82 | range),
            (byte) (colours >> 24),
            (byte) (colours >> 16),
            (byte) (colours >> 8),
            0,
            0
        };
        return new VideoFormat("vp08", width, height, "vp08.00.10.08", "vpcC", config);
    }

    @Override
    public byte @Nullable [] finish() {
        byte[] whole = frame.size() == 0 ? null : frame.toByteArray();
        discard();
        return whole;
    }

    @Override
    public void discard() {
        frame.reset();
        key = false;
    }
}
