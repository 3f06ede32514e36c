package io.spillway.sfu.outbound;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.codec.PayloadParser;
import io.spillway.media.memory.Poison;
import io.spillway.media.rtp.HeaderExtension;
import io.spillway.media.rtp.RtpHeaderWriter;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.media.rtp.Rtx;
import io.spillway.sfu.congestion.BandwidthEstimate;
import io.spillway.sfu.sdp.AgreedMedia;
import io.spillway.sfu.transport.MediaSink;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Writes one m-line's packets for the viewer and hands them to the transport: a new header, the first payload bytes where numbers in them
 * change, and the rest as it lies in the layer's history. The same arguments give the same bytes, but for the transport-wide number where the
 * viewer agreed to it: that is of the sending, not of the packet.
 */
final class PacketWriter {

    /** Elements passed on take this much at most, heads included: a usual packet has below 60 bytes, a descriptor with its structure some 100. */
    static final int MAX_EXTENSION_BYTES = 512;

    private static final int ELEMENT_HEAD_BYTES = 2;

    /** Browsers' mids have up to 6 characters; a longer one is not worth its bytes, as the SSRC is announced too. */
    private static final int MAX_MID_BYTES = 32;

    /** MID, playout delay and transport-wide number. */
    private static final int OWN_EXTENSIONS = 3;

    /** Up to the last rewritten byte of a VP8 or VP9 payload descriptor, RFC 7741 §4.2 and RFC 9628 §4.2. */
    private static final int MAX_DESCRIPTOR_BYTES = 8;

    static final int HEAD_BYTES = RtpPacket.FIXED_HEADER_LENGTH
            + 4
            + MAX_EXTENSION_BYTES
            + 64
            + Rtx.OSN_LENGTH
            + MAX_DESCRIPTOR_BYTES
            + Redundancy.MAX_BYTES;

    /** Least and most delay 0: show at once (B5). */
    private static final int PLAYOUT_DELAY_BYTES = 3;

    private static final int PADDING_BIT = 0x20;
    private static final int TRANSPORT_NUMBER_BYTES = 2;

    /** Version 2, and with header extensions, as the first 16 bits of a header. */
    private static final int PLAIN_BITS = 0x8000;

    private static final int EXTENDED_BITS = 0x9000;
    private static final int MARKER_BIT = 0x80;

    /** Ids that fit the one-byte form, RFC 8285 §4.2. */
    private static final int MAX_SHORT_ID = 14;

    /** One word of elements in the one-byte form. */
    private static final long ONE_WORD_BLOCK = 0xBEDE_0001L;

    private static final int ONE_WORD_HEADER_BYTES = RtpPacket.FIXED_HEADER_LENGTH + 2 * Integer.BYTES;

    private static final int FRAME_NUMBER_OFFSET = 1;
    private static final int DESCRIPTOR_MIN_BYTES = 3;

    private final MediaSink out;
    private final BandwidthEstimate estimate;
    private final byte[] mid;
    private final int midId;
    private final int playoutDelayId;
    private final int transportNumberId;
    private final RtpHeaderWriter header;
    private final PayloadInfo info;
    private final ByteBuffer head;
    private final ByteBuffer descriptor;
    private int rtpHeaderLength;
    private int headLength;
    private int lastPayloadBytes;
    private int lastTransportNumber = SentLog.NONE;
    private int repeatedNumber = SentLog.NONE;

    PacketWriter(AgreedMedia media, MediaSink out, OutboundBuffers buffers, BandwidthEstimate estimate) {
        this.header = buffers.header;
        this.info = buffers.info;
        this.head = buffers.head;
        this.descriptor = buffers.descriptor;
        this.out = out;
        this.estimate = estimate;
        this.mid = media.mid().getBytes(StandardCharsets.UTF_8);
        this.midId = mid.length > MAX_MID_BYTES ? 0 : media.extensionIds().getOrDefault(HeaderExtension.MID.uri(), 0);
        this.playoutDelayId = media.extensionIds().getOrDefault(HeaderExtension.PLAYOUT_DELAY.uri(), 0);
        this.transportNumberId = media.extensionIds().getOrDefault(HeaderExtension.TRANSPORT_CC.uri(), 0);
    }

    /**
     * Sends a packet of the run's layer.
     *
     * @param marker whether it ends its picture for the viewer
     * @param opening whether to add what a stream's first packets carry
     * @return bytes sent of header and payload
     */
    int send(
            Run run,
            RtpPacket source,
            boolean marker,
            int sequence,
            int timestamp,
            int ssrc,
            boolean opening,
            long nowNs) {
        if (!opening && transportNumberId <= MAX_SHORT_ID && !run.extensions().mayPassOf(source)) {
            writeUsual(run.payload().payloadType(), marker, sequence, timestamp, ssrc);
        } else {
            begin(run.payload().payloadType(), marker, sequence, timestamp, ssrc, opening);
            passExtensions(run, source);
            endHeader();
        }
        return sendPayload(run, source, nowNs);
    }

    /** Sends a packet of the run's layer with earlier payloads before its own: {@code prefix[0..prefixLength)}, headers and all (RFC 2198). */
    int sendRedundant(
            Run run,
            RtpPacket source,
            boolean marker,
            int sequence,
            int timestamp,
            int ssrc,
            ByteBuffer prefix,
            int prefixLength,
            boolean opening,
            long nowNs) {
        begin(run.payload().redPayloadType(), marker, sequence, timestamp, ssrc, opening);
        passExtensions(run, source);
        endHeader();
        head.put(headLength, prefix, 0, prefixLength);
        assert Poison.over(prefix, 0, prefixLength);
        headLength += prefixLength;
        return sendPayload(run, source, nowNs);
    }

    /** What nearly all headers are, without the writer's care for others: 20 bytes with the transport-wide number, 12 without. */
    private void writeUsual(int payloadType, boolean marker, int sequence, int timestamp, int ssrc) {
        int bits = (transportNumberId > 0 ? EXTENDED_BITS : PLAIN_BITS) | (marker ? MARKER_BIT : 0) | payloadType;
        head.putLong(0, ((long) bits << 48) | ((long) (sequence & 0xFFFF) << 32) | (timestamp & 0xFFFF_FFFFL));
        if (transportNumberId > 0) {
            head.putLong(8, ((long) ssrc << 32) | ONE_WORD_BLOCK);
            head.putInt(
                    16, (transportNumberId << 28) | ((TRANSPORT_NUMBER_BYTES - 1) << 24) | (transportNumber() << 8));
            rtpHeaderLength = ONE_WORD_HEADER_BYTES;
        } else {
            head.putInt(8, ssrc);
            rtpHeaderLength = RtpPacket.FIXED_HEADER_LENGTH;
        }
        headLength = rtpHeaderLength;
    }

    /** Sends a packet of the run's layer again, as RTX under {@code rtxSsrc} and {@code rtxSequence} (R18). */
    int sendRtx(
            Run run,
            RtpPacket source,
            boolean marker,
            int originalSequence,
            int timestamp,
            int rtxSsrc,
            int rtxSequence,
            boolean opening,
            long nowNs) {
        begin(run.payload().rtxPayloadType(), marker, rtxSequence, timestamp, rtxSsrc, opening);
        passExtensions(run, source);
        endHeader();
        addOriginalSequence(originalSequence);
        return sendPayload(run, source, nowNs);
    }

    /** Sends the payload that the run puts in, or its padding. */
    int sendInserted(Run run, int sequence, int timestamp, int ssrc, boolean opening, long nowNs) {
        begin(run.payload().payloadType(), false, sequence, timestamp, ssrc, opening);
        endHeader();
        return handInserted(run, nowNs);
    }

    /** Sends the payload the run puts in again, as RTX. */
    int sendInsertedRtx(
            Run run, int originalSequence, int timestamp, int rtxSsrc, int rtxSequence, boolean opening, long nowNs) {
        begin(run.payload().rtxPayloadType(), false, rtxSequence, timestamp, rtxSsrc, opening);
        endHeader();
        addOriginalSequence(originalSequence);
        return handInserted(run, nowNs);
    }

    /** The picture id of a packet of VP8, or -1. */
    int pictureIdOf(RtpPacket source) {
        return parse(Codec.VP8, source) ? info.pictureId() : PayloadInfo.ABSENT;
    }

    /** How wide the picture id is that {@link #pictureIdOf} gave, 7 or 15 bits. */
    int pictureIdBits() {
        return info.pictureIdBits();
    }

    /** Payload bytes of the last packet sent, padding not among them. */
    int lastPayloadBytes() {
        return lastPayloadBytes;
    }

    /** The transport-wide number of the last packet sent, {@link SentLog#NONE} where none was agreed. */
    int lastTransportNumber() {
        return lastTransportNumber;
    }

    /**
     * The next packet is sent again under its sequence number, and so under its transport-wide number too: under AEAD_AES_128_GCM two packets of one number that
     * differ in a byte would give away the key that authenticates (RFC 7714 §8.4).
     */
    void repeatUnder(int transportNumber) {
        repeatedNumber = transportNumber;
    }

    private int transportNumber() {
        return repeatedNumber == SentLog.NONE ? estimate.nextNumber() : repeatedNumber;
    }

    /** The numbers in a packet of a source, as the source sent them; those it has not are 0. */
    PictureNumbers numbersOf(Codec codec, ExtensionMap extensions, RtpPacket source) {
        int pictureId = 0;
        int tl0PicIdx = 0;
        int keyIdx = 0;
        if (isNumbered(codec) && parse(codec, source)) {
            pictureId = Math.max(0, info.pictureId());
            tl0PicIdx = Math.max(0, info.tl0PicIdx());
            keyIdx = Math.max(0, info.keyIdx());
        }
        int frameNumber = 0;
        int descriptorId = extensions.dependencyDescriptorId();
        if (descriptorId > 0 && source.extensionLength(descriptorId) >= DESCRIPTOR_MIN_BYTES) {
            frameNumber = source.buffer().getShort(source.extensionOffset(descriptorId) + FRAME_NUMBER_OFFSET) & 0xFFFF;
        }
        return new PictureNumbers(pictureId, tl0PicIdx, keyIdx, frameNumber);
    }

    private void begin(int payloadType, boolean marker, int sequence, int timestamp, int ssrc, boolean opening) {
        header.begin(head, 0, payloadType, marker, sequence, timestamp, ssrc);
        if (opening && midId > 0) {
            header.extension(midId, mid);
        }
        if (opening && playoutDelayId > 0) {
            header.extension(playoutDelayId, 0, PLAYOUT_DELAY_BYTES);
        }
        if (transportNumberId > 0) {
            header.extension(transportNumberId, transportNumber(), TRANSPORT_NUMBER_BYTES);
        }
    }

    private void passExtensions(Run run, RtpPacket source) {
        int room = MAX_EXTENSION_BYTES;
        int count = Math.min(source.extensionCount(), RtpPacket.MAX_EXTENSIONS - OWN_EXTENSIONS);
        for (int i = 0; i < count; i++) {
            int id = source.extensionIdAt(i);
            int viewerId = run.extensions().viewerId(id);
            int length = source.extensionLengthAt(i);
            if (viewerId == 0 || room < length + ELEMENT_HEAD_BYTES) {
                continue;
            }
            room -= length + ELEMENT_HEAD_BYTES;
            int at = source.extensionOffsetAt(i);
            int frameOffset = run.offsets().frameNumber();
            if (frameOffset != 0 && id == run.extensions().dependencyDescriptorId() && length >= DESCRIPTOR_MIN_BYTES) {
                descriptor.put(0, source.buffer(), at, length);
                int number = descriptor.getShort(FRAME_NUMBER_OFFSET) + frameOffset;
                descriptor.putShort(FRAME_NUMBER_OFFSET, (short) number);
                header.extension(viewerId, descriptor, 0, length);
                assert Poison.over(descriptor, 0, length);
            } else {
                header.extension(viewerId, source.buffer(), at, length);
            }
        }
    }

    private void endHeader() {
        rtpHeaderLength = header.finish();
        headLength = rtpHeaderLength;
    }

    private void addOriginalSequence(int originalSequence) {
        Rtx.writeOriginalSequence(head, headLength, originalSequence);
        headLength += Rtx.OSN_LENGTH;
    }

    private int sendPayload(Run run, RtpPacket source, long nowNs) {
        int offset = source.payloadOffset();
        int length = source.payloadLength();
        int rewritten = 0;
        if (run.renumbers() && isNumbered(run.codec()) && parse(run.codec(), source)) {
            rewritten = rewriteNumbers(run, source.buffer(), offset);
        }
        return hand(source.buffer(), offset + rewritten, length - rewritten, nowNs);
    }

    /** Copies the descriptor's first bytes to the head with new numbers, and gives how many. */
    private int rewriteNumbers(Run run, ByteBuffer source, int offset) {
        PictureNumbers offsets = run.offsets();
        int pictureIdEnd =
                info.pictureIdOffset() < 0 ? offset : info.pictureIdOffset() + (info.pictureIdBits() + 1) / 8;
        int end = Math.max(Math.max(pictureIdEnd, info.tl0PicIdxOffset() + 1), info.keyIdxOffset() + 1);
        int count = Math.min(end - offset, MAX_DESCRIPTOR_BYTES);
        if (count <= 0) {
            return 0;
        }
        head.put(headLength, source, offset, count);
        int shift = headLength - offset;
        int id = info.pictureId() + offsets.pictureId() - run.gapsBefore(info.pictureId());
        if (info.pictureIdBits() == 15) {
            head.putShort(info.pictureIdOffset() + shift, (short) (id | 0x8000));
        } else if (info.pictureIdBits() == 7) {
            head.put(info.pictureIdOffset() + shift, (byte) (id & 0x7F));
        }
        if (info.tl0PicIdxOffset() >= 0) {
            head.put(info.tl0PicIdxOffset() + shift, (byte) (info.tl0PicIdx() + offsets.tl0PicIdx()));
        }
        if (info.keyIdxOffset() >= 0) {
            int at = info.keyIdxOffset() + shift;
            head.put(at, (byte) ((head.get(at) & 0xE0) | ((info.keyIdx() + offsets.keyIdx()) & 0x1F)));
        }
        headLength += count;
        return count;
    }

    private int handInserted(Run run, long nowNs) {
        ByteBuffer payload = run.inserted();
        if (payload == null) {
            throw new IllegalStateException("the run puts nothing in");
        }
        if (!run.isPadding()) {
            return hand(payload, 0, payload.limit(), nowNs);
        }
        head.put(0, (byte) (head.get(0) | PADDING_BIT));
        int bytes = hand(payload, 0, payload.limit(), nowNs);
        lastPayloadBytes -= payload.limit();
        return bytes;
    }

    private int hand(ByteBuffer payload, int offset, int length, long nowNs) {
        lastPayloadBytes = headLength - rtpHeaderLength + length;
        boolean sent = out.sendRtp(head, headLength, rtpHeaderLength, payload, offset, length, nowNs);
        assert Poison.over(head, 0, headLength);
        if (transportNumberId > 0) {
            lastTransportNumber = transportNumber();
            if (sent && repeatedNumber == SentLog.NONE) {
                estimate.onPacketSent(headLength + length, out.leavesNs(nowNs));
            }
            repeatedNumber = SentLog.NONE;
        } else if (sent) {
            estimate.onUnnumberedSent(headLength + length, out.leavesNs(nowNs));
        }
        return sent ? headLength + length : 0;
    }

    private boolean parse(Codec codec, RtpPacket source) {
        return PayloadParser.of(codec).parse(source.buffer(), source.payloadOffset(), source.payloadLength(), info);
    }

    private static boolean isNumbered(Codec codec) {
        return codec == Codec.VP8 || codec == Codec.VP9;
    }
}
