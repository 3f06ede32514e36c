package io.spillway.sfu.dtls;

import io.spillway.sfu.sdp.DtlsRole;
import io.spillway.sfu.srtp.SrtpKeyPair;
import java.io.IOException;

/** DTLS as a library gives it: it blocks. One session. */
public interface DtlsEngine {

    /** Our side of the handshake. */
    DtlsRole role();

    /**
     * Handshakes over the link, on a thread that may wait.
     *
     * @throws DtlsFailure when the peer, its certificate or the link would not do
     * @throws IOException when the link was closed meanwhile
     */
    Finished handshake(DatagramLink link) throws IOException;

    /** A finished handshake, of which the library keeps nothing. */
    record Finished(SrtpKeyPair keys, Established connection) {}

    /** Datagrams to and from the peer, as the blocking side sees them. */
    interface DatagramLink {

        /** The longest datagram that {@link #receive} gives. */
        int MAX_RECEIVED_BYTES = 2048;

        /** The longest record to give to {@link #send}: fits every path that carries our media. */
        int MAX_SENT_BYTES = 1200;

        /**
         * Waits for the next datagram and copies it.
         *
         * @param waitMs how long the library would wait by its own clock
         * @return its length, or -1 when it is time to send the last flight again
         */
        int receive(byte[] into, int offset, int length, int waitMs) throws IOException;

        /** Sends one record. */
        void send(byte[] record, int offset, int length) throws IOException;
    }
}
