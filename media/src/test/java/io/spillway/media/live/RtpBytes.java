package io.spillway.media.live;

import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.codec.PayloadParser;
import io.spillway.media.rtp.RtpPacket;
import java.nio.ByteBuffer;

/** RTP packets for tests: a 12 byte header and a payload whose every byte tells the sequence number, but for the codec's first ones. */
final class RtpBytes {

    /** H.264 single NAL units, RFC 6184 §5.6: types 1, 5 and 9. */
    static final byte[] SLICE = {0x41, (byte) 0x9A};

    static final byte[] IDR = {0x65, (byte) 0x88};
    static final byte[] DELIMITER = {0x09, 0x10};

    private RtpBytes() {}

    static ByteBuffer packet(long extSeq, int timestamp, int length, byte... payloadStart) {
        ByteBuffer packet = ByteBuffer.allocate(length);
        packet.put(0, (byte) 0x80).put(1, (byte) 96).putShort(2, (short) extSeq).putInt(4, timestamp);
        for (int i = 12; i < length; i++) {
            packet.put(i, (byte) extSeq);
        }
        packet.put(12, payloadStart);
        return packet;
    }

    /** Parses a packet of video in the layer's codec and appends it. */
    static void append(Layer layer, ByteBuffer bytes, long extSeq, long arrivalNs) {
        RtpPacket packet = new RtpPacket();
        PayloadParser parser = PayloadParser.of(layer.codec());
        PayloadInfo info = new PayloadInfo();
        if (!packet.wrap(bytes, 0, bytes.limit())
                || !parser.parse(bytes, packet.payloadOffset(), packet.payloadLength(), info)) {
            throw new AssertionError("not a packet of that codec");
        }
        layer.append(packet, extSeq, arrivalNs, info);
    }

    static boolean isPayloadOf(long extSeq, ByteBuffer buffer, int offset, int length) {
        for (int i = 12; i < length; i++) {
            if (buffer.get(offset + i) != (byte) extSeq) {
                return false;
            }
        }
        return buffer.getShort(offset + 2) == (short) extSeq;
    }
}
