package io.spillway.media.frame;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.codec.PayloadParser;
import io.spillway.media.codec.Vp9KeyHeader;
import io.spillway.media.mp4.TrackFormat;
import io.spillway.media.mp4.Vp9Format;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * VP9: a picture's payloads without their descriptors. Of several spatial layers a superframe is made, as decoders want it: the layers' frames one after another, and an index of them. RFC 9628 §4, VP9
 * bitstream specification annex B.
 */
final class Vp9FrameBuilder implements FrameBuilder {

    private static final int MAX_LAYERS = 8;

    /** Marks the first and last byte of an index; below it lie the bytes of a size less one, and the frames less one. */
    private static final int INDEX_MARKER = 0xC0;

    private static final int SIZE_BYTES = 4;

    private final PayloadParser parser = PayloadParser.of(Codec.VP9);
    private final PayloadInfo info = new PayloadInfo();
    private final ByteArrayOutputStream picture = new ByteArrayOutputStream();
    private final List<Integer> layerEnds = new ArrayList<>();
    private boolean key;
    private @Nullable TrackFormat format;

    @Override
    public boolean add(byte[] payload) {
        if (picture.size() + payload.length > MAX_FRAME_BYTES
                || !parser.parse(ByteBuffer.wrap(payload), 0, payload.length, info)) {
            return false;
        }
        // Not all senders say in the descriptor that a picture needs others; its own header does.
        Vp9KeyHeader header = info.startsKeyframe() ? Vp9KeyHeader.of(payload, info.bodyOffset()) : null;
        if (header != null) {
            key = true;
            format = Vp9Format.of(
                    header, Math.max(info.width(), header.width()), Math.max(info.height(), header.height()));
        }
        if (info.startsLayerFrame() && picture.size() > 0) {
            layerEnds.add(picture.size());
        }
        picture.write(payload, info.bodyOffset(), payload.length - info.bodyOffset());
        return layerEnds.size() < MAX_LAYERS;
    }

    @Override
    public boolean isKey() {
        return key;
    }

    @Override
    public @Nullable TrackFormat format() {
        return format;
    }

    @Override
    public byte @Nullable [] finish() {
        if (!layerEnds.isEmpty()) {
            layerEnds.add(picture.size());
            int marker = INDEX_MARKER | (SIZE_BYTES - 1) << 3 | (layerEnds.size() - 1);
            picture.write(marker);
            int from = 0;
            for (int end : layerEnds) {
                for (int shift = 0; shift < 8 * SIZE_BYTES; shift += 8) {
                    picture.write((end - from) >> shift);
                }
                from = end;
            }
            picture.write(marker);
        }
        byte[] whole = picture.size() == 0 ? null : picture.toByteArray();
        discard();
        return whole;
    }

    @Override
    public void discard() {
        picture.reset();
        layerEnds.clear();
        key = false;
    }
}
