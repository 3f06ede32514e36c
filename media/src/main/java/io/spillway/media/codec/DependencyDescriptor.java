package io.spillway.media.codec;

import java.nio.ByteBuffer;

/**
 * The dependency descriptor header extension, read in place as far as a forwarder of whole streams must: a flyweight. AV1 RTP specification, appendix A.8.
 *
 * <pre>
 * |S|E| template  |          frame number         |   3 bytes, always
 * |T|A|D|F|C| ...                                     with more: T a template structure follows
 * </pre>
 */
public final class DependencyDescriptor {

    private static final int MANDATORY_LENGTH = 3;

    private ByteBuffer buffer = ByteBuffer.allocate(MANDATORY_LENGTH);
    private int offset;
    private int length = MANDATORY_LENGTH;

    /** Takes the element's data; false when it is too short to be one, and nothing must then be asked. */
    public boolean wrap(ByteBuffer buffer, int offset, int length) {
        if (length < MANDATORY_LENGTH || offset < 0 || offset > buffer.limit() - length) {
            return false;
        }
        this.buffer = buffer;
        this.offset = offset;
        this.length = length;
        return true;
    }

    /** First packet of a frame, of whichever spatial layer. */
    public boolean startsFrame() {
        return buffer.get(offset) < 0;
    }

    /** Last packet of a frame, of whichever spatial layer. */
    public boolean endsFrame() {
        return (buffer.get(offset) & 0x40) != 0;
    }

    /** 0..63, by the newest structure. */
    public int templateId() {
        return buffer.get(offset) & 0x3F;
    }

    /** 0..65535. */
    public int frameNumber() {
        return buffer.getShort(offset + 1) & 0xFFFF;
    }

    /** Where the two bytes of the frame number are. */
    public int frameNumberOffset() {
        return offset + 1;
    }

    /** A template structure is here: the first packet of a coded video sequence, which is a keyframe. R10. */
    public boolean hasStructure() {
        return length > MANDATORY_LENGTH && buffer.get(offset + MANDATORY_LENGTH) < 0;
    }
}
