package io.spillway.sfu.inbound;

import io.spillway.media.rtp.RedPayload;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.sfu.DropReason;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks a publisher's redundant audio (RFC 2198), so that all who read the layer get the plain codec: first the earlier packets that did not come, then the packet itself. Earlier payloads carry no
 * sequence numbers; they are taken for those of the packets just before, as senders put them in.
 */
final class RedundantAudio {

    private static final int PLAIN_BITS = 0x8000;
    private static final int PADDING_BIT = 0x20;
    private static final int MARKER_BIT = 0x80;

    private final RedPayload red = new RedPayload();
    private final RtpPacket unpacked;
    private final ByteBuffer bytes;

    /** @param unpacked wraps {@code bytes} during a call; both are the caller's between calls */
    RedundantAudio(RtpPacket unpacked, ByteBuffer bytes) {
        this.unpacked = unpacked;
        this.bytes = bytes;
    }

    /** Takes one packet in that carries payloads of {@code format}; null when its own was stored, else why not. */
    @Nullable
    DropReason receive(InboundLayer layer, PayloadFormat format, RtpPacket packet, long nowNs) {
        if (packet.payloadLength() == 0) {
            return layer.onPacket(packet, format, false, nowNs);
        }
        int payloadType = format.mapping().payloadType();
        if (!red.wrap(packet.buffer(), packet.payloadOffset(), packet.payloadLength())) {
            return DropReason.MALFORMED_PAYLOAD;
        }
        if (red.ownPayloadType() != payloadType) {
            return DropReason.UNKNOWN_PAYLOAD_TYPE;
        }
        for (int i = 0; i < red.count(); i++) {
            if (red.payloadTypeAt(i) == payloadType && red.lengthAt(i) > 0) {
                // Most came already, and are told from those that did not as any duplicate is.
                layer.onPacket(earlier(packet, i, payloadType), format, true, nowNs);
            }
        }
        return layer.onPacket(own(packet, payloadType), format, false, nowNs);
    }

    private RtpPacket earlier(RtpPacket packet, int i, int payloadType) {
        int distance = red.count() - i;
        bytes.putShort(0, (short) (PLAIN_BITS | payloadType));
        bytes.putShort(2, (short) (packet.sequence() - distance));
        bytes.putInt(4, packet.timestamp() - red.offsetTicksAt(i));
        bytes.putInt(8, packet.ssrc());
        bytes.put(RtpPacket.FIXED_HEADER_LENGTH, packet.buffer(), red.offsetAt(i), red.lengthAt(i));
        return wrapped(RtpPacket.FIXED_HEADER_LENGTH + red.lengthAt(i));
    }

    private RtpPacket own(RtpPacket packet, int payloadType) {
        int headerLength = packet.headerLength();
        bytes.put(0, packet.buffer(), packet.offset(), headerLength);
        // The padding was behind the payload, and stays there.
        bytes.put(0, (byte) (bytes.get(0) & ~PADDING_BIT));
        bytes.put(1, (byte) ((bytes.get(1) & MARKER_BIT) | payloadType));
        bytes.put(headerLength, packet.buffer(), red.ownOffset(), red.ownLength());
        return wrapped(headerLength + red.ownLength());
    }

    private RtpPacket wrapped(int length) {
        if (!unpacked.wrap(bytes, 0, length)) {
            throw new IllegalStateException("what was taken out of a packet is none");
        }
        return unpacked;
    }
}
