package io.spillway.sfu.srtp.openssl;

import io.spillway.sfu.srtp.SrtpProvider;
import java.nio.ByteBuffer;

/** AES128_CM_SHA1_80 for what we send: encrypted, then authenticated. */
final class CounterSealer implements SrtpProvider.Sealer {

    private static final int RTCP_HEADER_BYTES = 8;
    private static final int ENCRYPTED_FLAG = 0x80000000;

    private final NativeMemory memory;
    private final CounterKey rtp;
    private final CounterKey rtcp;

    CounterSealer(NativeMemory memory, SessionKeys rtp, SessionKeys rtcp) {
        this.memory = memory;
        this.rtp = new CounterKey(memory, rtp, true);
        this.rtcp = new CounterKey(memory, rtcp, true);
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
        int length = plain + CounterKey.TAG_BYTES;
        long known = NativeMemory.address(out, outOffset, length);
        boolean direct = known != 0;
        ByteBuffer target = direct ? out : memory.packetBuffer;
        int at = direct ? outOffset : 0;
        long address = direct ? known : memory.packet;

        target.put(at, head, 0, headLength);
        rtp.begin(ssrc, index);
        rtp.transform(address + rtpHeaderLength, headLength - rtpHeaderLength, address + rtpHeaderLength);
        long source = NativeMemory.address(payload, payloadOffset, payloadLength);
        if (source != 0) {
            rtp.transform(source, payloadLength, address + headLength);
        } else {
            target.put(at + headLength, payload, payloadOffset, payloadLength);
            rtp.transform(address + headLength, payloadLength, address + headLength);
        }
        rtp.mac(address, plain, (int) (index >>> 16));
        putTag(target, at + plain);
        if (!direct) {
            out.put(outOffset, memory.packetBuffer, 0, length);
        }
        return length;
    }

    @Override
    public int sealRtcp(int ssrc, int index, ByteBuffer packet, int offset, int length, ByteBuffer out, int outOffset) {
        int word = index | ENCRYPTED_FLAG;
        long address = memory.packet;
        memory.packetBuffer.put(0, packet, offset, length);
        rtcp.begin(ssrc, index);
        rtcp.transform(address + RTCP_HEADER_BYTES, length - RTCP_HEADER_BYTES, address + RTCP_HEADER_BYTES);
        rtcp.mac(address, length, word);
        memory.packetBuffer.putInt(length, word);
        putTag(memory.packetBuffer, length + Integer.BYTES);
        int sealed = length + Integer.BYTES + CounterKey.TAG_BYTES;
        out.put(outOffset, memory.packetBuffer, 0, sealed);
        return sealed;
    }

    private void putTag(ByteBuffer target, int at) {
        for (int i = 0; i < CounterKey.TAG_BYTES; i++) {
            target.put(at + i, memory.mac(i));
        }
    }

    @Override
    public void close() {
        rtp.close();
        rtcp.close();
    }
}
