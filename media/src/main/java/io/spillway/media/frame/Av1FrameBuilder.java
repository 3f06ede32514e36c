package io.spillway.media.frame;

import io.spillway.media.codec.Av1SequenceHeader;
import io.spillway.media.mp4.Av1Format;
import io.spillway.media.mp4.TrackFormat;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * AV1: the OBUs of a temporal unit, each with its size, put together from the elements of its payloads. Delimiters and padding stay out. AV1 RTP specification §4.4, AV1 Codec ISO Media File Format Binding
 * §2.4.
 *
 * <pre>
 * |Z|Y| W |N|-|-|-|   Z, Y: first, last element goes on from, in another packet   W: elements, 0 = each has a length
 * |F| type  |X|S|-|   OBU header; X: a byte |TID|SID|-| follows   S: a size follows
 * </pre>
 */
final class Av1FrameBuilder implements FrameBuilder {

    private static final int SEQUENCE_HEADER = 1;
    private static final int TEMPORAL_DELIMITER = 2;
    private static final int FRAME_HEADER = 3;
    private static final int TILE_LIST = 8;
    private static final int FRAME = 6;
    private static final int PADDING = 15;

    private static final int EXTENSION = 0x04;
    private static final int HAS_SIZE = 0x02;

    /** Bytes of a length that can matter: 4 hold 2^28. */
    private static final int MAX_LENGTH_BYTES = 4;

    /** Real ones take some tens. */
    private static final int MAX_SEQUENCE_HEADER_BYTES = 512;

    private final ByteArrayOutputStream unit = new ByteArrayOutputStream();
    private final ByteArrayOutputStream open = new ByteArrayOutputStream();
    private boolean goesOn;
    private boolean frameSeen;
    private boolean key;
    private @Nullable TrackFormat format;

    @Override
    public boolean add(byte[] payload) {
        if (payload.length < 2 || unit.size() + open.size() + payload.length > MAX_FRAME_BYTES) {
            return false;
        }
        int head = payload[0];
        boolean continues = (head & 0x80) != 0;
        int elements = head >> 4 & 0x03;
        if (continues != goesOn) {
            return false;
        }
        int at = 1;
        for (int i = 0; at < payload.length; i++) {
            int size = payload.length - at;
            if (elements == 0 || i < elements - 1) {
                int bytes = lengthBytes(payload, at);
                size = length(payload, at);
                at += bytes;
                if (bytes == 0 || size > payload.length - at) {
                    return false;
                }
            }
            open.write(payload, at, size);
            at += size;
            boolean last = at == payload.length;
            if (last && i < elements - 1) {
                return false;
            }
            goesOn = last && (head & 0x40) != 0;
            if (!goesOn) {
                byte[] obu = open.toByteArray();
                open.reset();
                if (obu.length > 0 && !addObu(obu)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Bytes of the length at a place; 0 when it does not end in time. LEB128, AV1 §4.10.5. */
    private static int lengthBytes(byte[] bytes, int at) {
        for (int i = 0; i < MAX_LENGTH_BYTES && at + i < bytes.length; i++) {
            if (bytes[at + i] >= 0) {
                return i + 1;
            }
        }
        return 0;
    }

    private static int length(byte[] bytes, int at) {
        int value = 0;
        for (int i = 0; i < lengthBytes(bytes, at); i++) {
            value |= (bytes[at + i] & 0x7F) << (7 * i);
        }
        return value;
    }

    private boolean addObu(byte[] obu) {
        int type = obu[0] >> 3 & 0x0F;
        int headBytes = (obu[0] & EXTENSION) != 0 ? 2 : 1;
        int bodyAt = headBytes;
        int end = obu.length;
        if (obu.length < headBytes) {
            return false;
        }
        if ((obu[0] & HAS_SIZE) != 0) {
            bodyAt += lengthBytes(obu, headBytes);
            end = bodyAt + length(obu, headBytes);
            if (bodyAt == headBytes || end > obu.length) {
                return false;
            }
        }
        if (type == TEMPORAL_DELIMITER || type == TILE_LIST || type == PADDING) {
            return true;
        }
        byte[] body = Arrays.copyOfRange(obu, bodyAt, end);
        byte[] sized = sized(obu, headBytes, body);
        if (type == SEQUENCE_HEADER && !remember(body, sized)) {
            return false;
        }
        if ((type == FRAME || type == FRAME_HEADER) && !frameSeen && body.length > 0) {
            frameSeen = true;
            // Not a frame that exists already, and its type is KEY_FRAME.
            key = (body[0] & 0xE0) == 0;
        }
        unit.writeBytes(sized);
        return true;
    }

    private boolean remember(byte[] body, byte[] sized) {
        Av1SequenceHeader header = sized.length > MAX_SEQUENCE_HEADER_BYTES ? null : Av1SequenceHeader.of(body);
        if (header != null) {
            format = Av1Format.of(header, sized);
        }
        return header != null;
    }

    /** An OBU with its size. */
    private static byte[] sized(byte[] obu, int headBytes, byte[] body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(body.length + headBytes + MAX_LENGTH_BYTES);
        out.write(obu[0] | HAS_SIZE);
        out.write(obu, 1, headBytes - 1);
        int left = body.length;
        for (; left > 0x7F; left >>= 7) {
            out.write((left & 0x7F) | 0x80);
        }
        out.write(left);
        out.writeBytes(body);
        return out.toByteArray();
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
        byte[] whole = unit.size() == 0 || goesOn ? null : unit.toByteArray();
        discard();
        return whole;
    }

    @Override
    public void discard() {
        unit.reset();
        open.reset();
        goesOn = false;
        frameSeen = false;
        key = false;
    }
}
