package io.spillway.sfu.srtp.openssl;

import io.spillway.sfu.srtp.SrtpProvider;
import java.nio.ByteBuffer;

/** AEAD_AES_128_GCM for what the peer sends. Bytes are in {@code out} before they are known to be authentic: a forged packet's length is not given. */
final class GcmOpener implements SrtpProvider.Opener {

    private final NativeMemory memory;
    private final GcmKey rtp;
    private final GcmKey rtcp;

    GcmOpener(NativeMemory memory, SessionKeys rtp, SessionKeys rtcp, boolean viaProvider) {
        this.memory = memory;
        this.rtp = new GcmKey(memory, rtp, viaProvider, false);
        this.rtcp = new GcmKey(memory, rtcp, viaProvider, false);
    }

    @Override
    public int openRtp(int ssrc, long index, ByteBuffer in, int offset, int headerLength, int length, ByteBuffer out) {
        int plain = length - GcmKey.TAG_BYTES;
        if (length > NativeMemory.PACKET_BYTES || plain < headerLength) {
            return FORGED;
        }
        long known = NativeMemory.address(out, 0, plain);
        long address = known != 0 ? known : memory.packet;
        ByteBuffer target = known != 0 ? out : memory.packetBuffer;
        memory.putMac(in, offset + plain, GcmKey.TAG_BYTES);
        rtp.begin(ssrc, index);
        long source = NativeMemory.address(in, offset, length);
        if (source != 0) {
            target.put(0, in, offset, headerLength);
            rtp.authenticate(address, headerLength);
            rtp.transform(source + headerLength, plain - headerLength, address + headerLength);
        } else {
            target.put(0, in, offset, plain);
            rtp.authenticate(address, headerLength);
            rtp.transform(address + headerLength, plain - headerLength, address + headerLength);
        }
        if (!rtp.verify()) {
            return FORGED;
        }
        if (known == 0) {
            out.put(0, memory.packetBuffer, 0, plain);
        }
        return plain;
    }

    @Override
    public int openRtcp(int ssrc, int indexWord, ByteBuffer in, int offset, int length, ByteBuffer out) {
        int plain = length - GcmKey.TAG_BYTES - Integer.BYTES;
        if (length > NativeMemory.PACKET_BYTES || plain < NativeMemory.HEAD_BYTES) {
            return FORGED;
        }
        memory.putMac(in, offset + plain, GcmKey.TAG_BYTES);
        rtcp.begin(ssrc, indexWord & 0x7FFFFFFFL);
        long source = NativeMemory.address(in, offset, length);
        long target = NativeMemory.address(out, 0, plain);
        boolean direct = indexWord < 0 && source != 0 && target != 0;
        if (direct) {
            memory.putHead(in, offset, indexWord);
            rtcp.authenticate(memory.head, NativeMemory.HEAD_BYTES + Integer.BYTES);
            rtcp.transform(
                    source + NativeMemory.HEAD_BYTES,
                    plain - NativeMemory.HEAD_BYTES,
                    target + NativeMemory.HEAD_BYTES);
        } else {
            int clear = indexWord < 0 ? NativeMemory.HEAD_BYTES : plain;
            long address = memory.packet;
            memory.packetBuffer.put(0, in, offset, plain);
            memory.putWord(indexWord);
            rtcp.authenticate(address, clear);
            rtcp.authenticate(memory.word, Integer.BYTES);
            rtcp.transform(address + clear, plain - clear, address + clear);
        }
        if (!rtcp.verify()) {
            return FORGED;
        }
        if (direct) {
            out.put(0, in, offset, NativeMemory.HEAD_BYTES);
        } else {
            out.put(0, memory.packetBuffer, 0, plain);
        }
        return plain;
    }

    @Override
    public void close() {
        rtp.close();
        rtcp.close();
    }
}
