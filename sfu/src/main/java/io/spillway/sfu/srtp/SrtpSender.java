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

    private static final int SSRC_SHIFT = 32;
    private static final int MAX_RTCP_INDEX = 0x7FFFFFFF;

    private final SrtpProvider.Sealer sealer;

    /**
     * Two words a source, side by side: whoever sends to a thousand peers finds none of this in the cache.
     *
     * <pre>
     *   first    SSRC 32 | next SRTCP index 32
     *   second   highest packet index, -1 before the first packet
     * </pre>
     */
    private long[] words = new long[2 * FIRST_SOURCES];

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
        int highest = source(ssrc) + 1;
        long index = Math.max(0, PacketIndex.guess(words[highest], head.getShort(2) & 0xFFFF));
        words[highest] = Math.max(words[highest], index);
        return sealer.sealRtp(
                ssrc, index, head, headLength, rtpHeaderLength, payload, payloadOffset, payloadLength, out, outOffset);
    }

    /** Encrypts the RTCP datagram {@code packet[offset..+length)}; gives the length written at {@code outOffset}. */
    public int protectRtcp(ByteBuffer packet, int offset, int length, ByteBuffer out, int outOffset) {
        int ssrc = packet.getInt(offset + 4);
        int source = source(ssrc);
        int index = (int) words[source];
        words[source] = word(ssrc, (index + 1) & MAX_RTCP_INDEX);
        return sealer.sealRtcp(ssrc, index, packet, offset, length, out, outOffset);
    }

    /** Where the source's first word is. */
    private int source(int ssrc) {
        int end = 2 * sourceCount;
        for (int at = 0; at < end; at += 2) {
            if ((int) (words[at] >>> SSRC_SHIFT) == ssrc) {
                return at;
            }
        }
        if (sourceCount == MAX_SOURCES) {
            throw new IllegalStateException("more than " + MAX_SOURCES + " SSRCs sent in one session");
        }
        if (end == words.length) {
            words = Arrays.copyOf(words, 2 * end);
        }
        words[end] = word(ssrc, 0);
        words[end + 1] = -1;
        sourceCount++;
        return end;
    }

    private static long word(int ssrc, int nextRtcpIndex) {
        return (long) ssrc << SSRC_SHIFT | nextRtcpIndex;
    }

    @Override
    public void close() {
        sealer.close();
    }
}
