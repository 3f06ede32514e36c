package io.spillway.sfu.srtp.openssl;

import io.spillway.sfu.srtp.SrtpProvider;
import java.nio.ByteBuffer;

/** AEAD_AES_128_GCM for what we send. The payload is read where it lies. */
final class GcmSealer implements SrtpProvider.Sealer {

    private static final int ENCRYPTED_FLAG = 0x80000000;

    private final NativeMemory memory;
    private final GcmKey rtp;
    private final GcmKey rtcp;

    GcmSealer(NativeMemory memory, SessionKeys rtp, SessionKeys rtcp, boolean viaProvider) {
        this.memory = memory;
        this.rtp = new GcmKey(memory, rtp, viaProvider, true);
        this.rtcp = new GcmKey(memory, rtcp, viaProvider, true);
    }

    @Override
    public int sealRtp(
            int ssrc,
            long index,
            ByteBuffer head,
            int headLength,
            int rtpHeaderLength,
            ByteBuffer payload,
            int payloadOffset,
            int payloadLength,
            ByteBuffer out,
            int outOffset) {
        int plain = headLength + payloadLength;
        int length = plain + GcmKey.TAG_BYTES;
        long known = NativeMemory.address(out, outOffset, length);
        boolean direct = known != 0;
        ByteBuffer target = direct ? out : memory.packetBuffer;
        int at = direct ? outOffset : 0;
        long address = direct ? known : memory.packet;

        target.put(at, head, 0, headLength);
        rtp.begin(ssrc, index);
        rtp.authenticate(address, rtpHeaderLength);
        rtp.transform(address + rtpHeaderLength, headLength - rtpHeaderLength, address + rtpHeaderLength);
        long source = NativeMemory.address(payload, payloadOffset, payloadLength);
        if (source != 0) {
            rtp.transform(source, payloadLength, address + headLength);
        } else {
            target.put(at + headLength, payload, payloadOffset, payloadLength);
            rtp.transform(address + headLength, payloadLength, address + headLength);
        }
        rtp.seal(address + plain);
        if (!direct) {
            out.put(outOffset, memory.packetBuffer, 0, length);
        }
        return length;
    }

    @Override
    public int sealRtcp(int ssrc, int index, ByteBuffer packet, int offset, int length, ByteBuffer out, int outOffset) {
        int body = length - NativeMemory.HEAD_BYTES;
        long address = memory.packet;
        memory.packetBuffer.put(0, packet, offset, length);
        memory.putHead(packet, offset, index | ENCRYPTED_FLAG);
        rtcp.begin(ssrc, index);
        rtcp.authenticate(memory.head, NativeMemory.HEAD_BYTES + Integer.BYTES);
        rtcp.transform(address + NativeMemory.HEAD_BYTES, body, address + NativeMemory.HEAD_BYTES);
        rtcp.seal(address + length);
        memory.packetBuffer.putInt(length + GcmKey.TAG_BYTES, index | ENCRYPTED_FLAG);
        int sealed = length + GcmKey.TAG_BYTES + Integer.BYTES;
        out.put(outOffset, memory.packetBuffer, 0, sealed);
        return sealed;
    }

    @Override
    public void close() {
        rtp.close();
        rtcp.close();
    }
}
