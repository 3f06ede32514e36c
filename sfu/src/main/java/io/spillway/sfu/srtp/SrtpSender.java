package io.spillway.sfu.srtp;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What we send to one peer, encrypted. Knows each SSRC's rollover counter and SRTCP index. One thread; allocates only for a new SSRC.
 *
 * <p>With an AEAD a sequence number must never carry two different packets (the nonce would repeat): a plain resend repeats the first sending byte for byte.
 */
public final class SrtpSender implements AutoCloseable {

    /** Our own SSRCs, never a stranger's: media and RTX of each m-line. */
    private static final int MAX_SOURCES = 32;

    /** Audio and video, each with its RTX. */
    private static final int FIRST_SOURCES = 4;

    private static final class Source {
        final int ssrc;
        long highestIndex = -1;
        int nextRtcpIndex;

        Source(int ssrc) {
            this.ssrc = ssrc;
        }
    }

    private final SrtpProvider.Sealer sealer;
    private Source[] sources = new Source[FIRST_SOURCES];
    private int sourceCount;

    public SrtpSender(SrtpProvider provider, SrtpKeys keys) {
        this.sealer = provider.sealer(keys);
    }

    /**
     * Encrypts the RTP packet {@code head[0..headLength)} followed by {@code payload[payloadOffset..+payloadLength)}.
     *
     * @param rtpHeaderLength how much of {@code head} is RTP header and stays in the clear
     * @param out has room for the packet and {@link SrtpProfile#MAX_OVERHEAD_BYTES} from {@code outOffset}
     * @return length written at {@code outOffset}
     */
    public int protectRtp(
            ByteBuffer head,
            int headLength,
            int rtpHeaderLength,
            ByteBuffer payload,
            int payloadOffset,
            int payloadLength,
            ByteBuffer out,
            int outOffset) {
        int ssrc = head.getInt(8);
        Source source = source(ssrc);
        long index = Math.max(0, PacketIndex.guess(source.highestIndex, head.getShort(2) & 0xFFFF));
        source.highestIndex = Math.max(source.highestIndex, index);
        return sealer.sealRtp(
                ssrc, index, head, headLength, rtpHeaderLength, payload, payloadOffset, payloadLength, out, outOffset);
    }

    /** Encrypts the RTCP datagram {@code packet[offset..+length)}; gives the length written at {@code outOffset}. */
    public int protectRtcp(ByteBuffer packet, int offset, int length, ByteBuffer out, int outOffset) {
        int ssrc = packet.getInt(offset + 4);
        Source source = source(ssrc);
        int index = source.nextRtcpIndex;
        source.nextRtcpIndex = (index + 1) & 0x7FFFFFFF;
        return sealer.sealRtcp(ssrc, index, packet, offset, length, out, outOffset);
    }

    private Source source(int ssrc) {
        for (int i = 0; i < sourceCount; i++) {
            if (sources[i].ssrc == ssrc) {
                return sources[i];
            }
        }
        if (sourceCount == MAX_SOURCES) {
            throw new IllegalStateException("more than " + MAX_SOURCES + " SSRCs sent in one session");
        }
        Source source = new Source(ssrc);
        if (sourceCount == sources.length) {
            sources = Arrays.copyOf(sources, 2 * sourceCount);
        }
        sources[sourceCount++] = source;
        return source;
    }

    @Override
    public void close() {
        sealer.close();
    }
}
