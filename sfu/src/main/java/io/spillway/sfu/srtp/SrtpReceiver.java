package io.spillway.sfu.srtp;

import io.spillway.sfu.DropReason;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What one peer sends, verified and decrypted. Knows each SSRC's rollover counter and replay windows; both change only after authentication. One thread; allocates only when an authentic SSRC is new.
 */
public final class SrtpReceiver implements AutoCloseable {

    /** Three layers, their RTX, audio and one probing SSRC are eight; the rest is slack for a browser that renews them. */
    public static final int MAX_SOURCES = 16;

    /** A viewer's reports come from one or two. */
    private static final int FIRST_SOURCES = 2;

    private static final int RTCP_HEADER_BYTES = 8;
    private static final int RTCP_INDEX_BYTES = 4;

    private static final class Source {
        final int ssrc;
        final ReplayWindow rtp = new ReplayWindow();
        final ReplayWindow rtcp = new ReplayWindow();

        Source(int ssrc) {
            this.ssrc = ssrc;
        }
    }

    private final SrtpProvider.Opener opener;
    private final SrtpProfile profile;
    private Source[] sources = new Source[FIRST_SOURCES];
    private int sourceCount;

    public SrtpReceiver(SrtpProvider provider, SrtpKeys keys) {
        this.opener = provider.opener(keys);
        this.profile = keys.profile();
    }

    /** Decrypts the SRTP packet {@code in[offset..+length)} into {@code out} from 0; gives its plain length or a {@link Refusal}. */
    public int unprotectRtp(ByteBuffer in, int offset, int length, ByteBuffer out) {
        int headerLength = RtpHeader.length(in, offset, length);
        if (headerLength == RtpHeader.NOT_RTP
                || headerLength + profile.rtpTagBytes() > length
                || length > out.capacity()) {
            return Refusal.of(DropReason.SRTP_MALFORMED);
        }
        int ssrc = in.getInt(offset + 8);
        Source source = find(ssrc);
        if (source == null && sourceCount == MAX_SOURCES) {
            return Refusal.of(DropReason.TOO_MANY_SSRCS);
        }
        int sequence = in.getShort(offset + 2) & 0xFFFF;
        long index = source == null ? sequence : PacketIndex.guess(source.rtp.highest(), sequence);
        int refusal = refusal(source == null ? null : source.rtp, index);
        if (refusal != 0) {
            return refusal;
        }
        int plain = opener.openRtp(ssrc, index, in, offset, headerLength, length, out);
        if (plain == SrtpProvider.Opener.FORGED) {
            return Refusal.of(DropReason.SRTP_AUTH);
        }
        (source == null ? add(ssrc) : source).rtp.accept(index);
        return plain;
    }

    /** Decrypts the SRTCP packet {@code in[offset..+length)} into {@code out} from 0; gives its plain length or a {@link Refusal}. */
    public int unprotectRtcp(ByteBuffer in, int offset, int length, ByteBuffer out) {
        if (length < RTCP_HEADER_BYTES + RTCP_INDEX_BYTES + profile.rtcpTagBytes()
                || length > out.capacity()
                || (in.get(offset) & 0xC0) != 0x80) {
            return Refusal.of(DropReason.SRTP_MALFORMED);
        }
        int ssrc = in.getInt(offset + 4);
        Source source = find(ssrc);
        if (source == null && sourceCount == MAX_SOURCES) {
            return Refusal.of(DropReason.TOO_MANY_SSRCS);
        }
        // The index stands before the tag (RFC 3711 §3.4), with an AEAD behind it (RFC 7714 §9.2).
        boolean aead = profile == SrtpProfile.AEAD_AES_128_GCM;
        int indexAt = offset + length - RTCP_INDEX_BYTES - (aead ? 0 : profile.rtcpTagBytes());
        int indexWord = in.getInt(indexAt);
        long index = indexWord & 0x7FFFFFFFL;
        int refusal = refusal(source == null ? null : source.rtcp, index);
        if (refusal != 0) {
            return refusal;
        }
        int plain = opener.openRtcp(ssrc, indexWord, in, offset, length, out);
        if (plain == SrtpProvider.Opener.FORGED) {
            return Refusal.of(DropReason.SRTP_AUTH);
        }
        (source == null ? add(ssrc) : source).rtcp.accept(index);
        return plain;
    }

    private static int refusal(@Nullable ReplayWindow window, long index) {
        if (index == PacketIndex.BEFORE_START) {
            return Refusal.of(DropReason.SRTP_TOO_OLD);
        }
        if (window == null) {
            return 0;
        }
        return switch (window.check(index)) {
            case NEW -> 0;
            case REPLAYED -> Refusal.of(DropReason.SRTP_REPLAY);
            case TOO_OLD -> Refusal.of(DropReason.SRTP_TOO_OLD);
        };
    }

    private @Nullable Source find(int ssrc) {
        for (int i = 0; i < sourceCount; i++) {
            if (sources[i].ssrc == ssrc) {
                return sources[i];
            }
        }
        return null;
    }

    private Source add(int ssrc) {
        Source source = new Source(ssrc);
        if (sourceCount == sources.length) {
            sources = Arrays.copyOf(sources, 2 * sourceCount);
        }
        sources[sourceCount++] = source;
        return source;
    }

    @Override
    public void close() {
        opener.close();
    }
}
