package io.spillway.sfu.srtp;

import java.nio.ByteBuffer;

/** Who encrypts. A provider and its contexts belong to one thread at a time; buffers are borrowed for the call, read and written at absolute positions. */
public interface SrtpProvider {

    /** A short name for logs and tests. */
    String name();

    /** Keys made ready for what we send. */
    Sealer sealer(SrtpKeys keys);

    /** Keys made ready for what the peer sends. */
    Opener opener(SrtpKeys keys);

    /** One direction's protection. {@code index} counts on: 48 bits for SRTP (rollover counter and sequence number), 31 for SRTCP. */
    interface Sealer extends AutoCloseable {

        /** Protects one RTP packet, laid out as in {@link SrtpSender#protectRtp}; gives the length written at {@code outOffset}. */
        int sealRtp(
                int ssrc,
                long index,
                ByteBuffer head,
                int headLength,
                int rtpHeaderLength,
                ByteBuffer payload,
                int payloadOffset,
                int payloadLength,
                ByteBuffer out,
                int outOffset);

        /** Protects one RTCP datagram; gives the length written at {@code outOffset}. */
        int sealRtcp(int ssrc, int index, ByteBuffer packet, int offset, int length, ByteBuffer out, int outOffset);

        @Override
        void close();
    }

    /** One direction's verification. */
    interface Opener extends AutoCloseable {

        /** Not authentic. */
        int FORGED = -1;

        /** Verifies and decrypts {@code in[offset..+length)} into {@code out} from 0; gives the plain length or {@link #FORGED}. */
        int openRtp(int ssrc, long index, ByteBuffer in, int offset, int headerLength, int length, ByteBuffer out);

        /** As {@link #openRtp} for SRTCP; {@code indexWord} is the packet's E flag and index as it carries them. */
        int openRtcp(int ssrc, int indexWord, ByteBuffer in, int offset, int length, ByteBuffer out);

        @Override
        void close();
    }
}
