package io.spillway.sfu.srtp.openssl;

import io.spillway.sfu.srtp.SrtpProvider;
import java.nio.ByteBuffer;

/** AES128_CM_SHA1_80 for what the peer sends: verified, then decrypted. */
final class CounterOpener implements SrtpProvider.Opener {

    private static final int RTCP_HEADER_BYTES = 8;

    private final NativeMemory memory;
    private final CounterKey rtp;
    private final CounterKey rtcp;

    CounterOpener(NativeMemory memory, SessionKeys rtp, SessionKeys rtcp) {
        this.memory = memory;
        this.rtp = new CounterKey(memory, rtp, false);
        this.rtcp = new CounterKey(memory, rtcp, false);
    }

    @Override
    public int openRtp(int ssrc, long index, ByteBuffer in, int offset, int headerLength, int length, ByteBuffer out) {
        int plain = length - CounterKey.TAG_BYTES;
        if (length > NativeMemory.PACKET_BYTES || plain < headerLength) {
            return FORGED;
        }
        memory.packetBuffer.put(0, in, offset, plain);
        rtp.mac(memory.packet, plain, (int) (index >>> 16));
        if (!tagIs(in, offset + plain)) {
            return FORGED;
        }
        rtp.begin(ssrc, index);
        long body = memory.packet + headerLength;
        rtp.transform(body, plain - headerLength, body);
        out.put(0, memory.packetBuffer, 0, plain);
        return plain;
    }

    @Override
    public int openRtcp(int ssrc, int indexWord, ByteBuffer in, int offset, int length, ByteBuffer out) {
        int plain = length - CounterKey.TAG_BYTES - Integer.BYTES;
        if (length > NativeMemory.PACKET_BYTES || plain < RTCP_HEADER_BYTES) {
            return FORGED;
        }
        memory.packetBuffer.put(0, in, offset, plain);
        rtcp.mac(memory.packet, plain, indexWord);
        if (!tagIs(in, offset + plain + Integer.BYTES)) {
            return FORGED;
        }
        if (indexWord < 0) {
            rtcp.begin(ssrc, indexWord & 0x7FFFFFFFL);
            long body = memory.packet + RTCP_HEADER_BYTES;
            rtcp.transform(body, plain - RTCP_HEADER_BYTES, body);
        }
        out.put(0, memory.packetBuffer, 0, plain);
        return plain;
    }

    /** Compares in constant time. */
    private boolean tagIs(ByteBuffer in, int at) {
        int difference = 0;
        for (int i = 0; i < CounterKey.TAG_BYTES; i++) {
            difference |= memory.mac(i) ^ in.get(at + i);
        }
        return difference == 0;
    }

    @Override
    public void close() {
        rtp.close();
        rtcp.close();
    }
}
