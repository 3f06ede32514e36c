package io.spillway.sfu.dtls.bc;

import io.spillway.sfu.dtls.DtlsEngine;
import io.spillway.sfu.dtls.DtlsFailure;
import io.spillway.sfu.dtls.Established;
import io.spillway.sfu.dtls.PinnedCertificate;
import io.spillway.sfu.sdp.DtlsRole;
import io.spillway.sfu.srtp.SrtpProfile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.tls.DTLSClientProtocol;
import org.bouncycastle.tls.DTLSServerProtocol;
import org.bouncycastle.tls.DatagramTransport;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsFatalAlertReceived;
import org.jspecify.annotations.Nullable;

/**
 * One handshake by bctls in either role. The server takes the client's first hello without a cookie: only addresses that passed an ICE check get this far, and bctls' cookie verifier would drop a
 * fragmented hello.
 */
class BcEngine implements DtlsEngine {

    private final Handshake handshake;
    private final DtlsRole role;

    BcEngine(BcIdentity identity, DtlsRole role, PinnedCertificate peer, List<SrtpProfile> profiles) {
        this.handshake = new Handshake(identity, peer, profiles);
        this.role = role;
    }

    @Override
    public DtlsRole role() {
        return role;
    }

    @Override
    public Finished handshake(DatagramLink link) throws IOException {
        LinkTransport transport = new LinkTransport(link);
        try (handshake) {
            switch (role) {
                case SERVER -> new DTLSServerProtocol().accept(new BcServer(handshake), transport);
                case CLIENT -> new DTLSClientProtocol().connect(client(handshake), transport);
            }
            return new Finished(handshake.keys(), established(transport));
        } catch (TlsFatalAlert | TlsFatalAlertReceived alert) {
            DtlsFailure.Reason reason =
                    handshake.mismatch() ? DtlsFailure.Reason.FINGERPRINT_MISMATCH : DtlsFailure.Reason.REFUSED;
            throw new DtlsFailure(reason, String.valueOf(alert.getMessage()), alert);
        }
    }

    /** What is left to do needs nothing of the library's, which is let go with all that the handshake was made of. */
    private Established established(LinkTransport sent) {
        boolean server = role == DtlsRole.SERVER;
        return new Established(
                server ? handshake.serverRecords() : handshake.clientRecords(),
                server ? handshake.clientRecords() : handshake.serverRecords(),
                sent.nextPlain,
                sent.nextSealed,
                server ? sent.sealed : null);
    }

    /** Overridden by tests that need another client. */
    BcClient client(Handshake of) {
        return new BcClient(of);
    }

    /** Notes what goes on after the library: how far its records are numbered, and the newest encrypted one. */
    private static final class LinkTransport implements DatagramTransport {

        private static final int NUMBER_AT = 3;
        private static final int EPOCH_SHIFT = 48;
        private static final long SEQUENCE_MASK = (1L << EPOCH_SHIFT) - 1;

        private final DatagramLink link;
        private long nextPlain;
        private long nextSealed;
        private @Nullable ByteBuffer sealed;

        LinkTransport(DatagramLink link) {
            this.link = link;
        }

        @Override
        public int getReceiveLimit() {
            return DatagramLink.MAX_RECEIVED_BYTES;
        }

        @Override
        public int receive(byte[] buffer, int offset, int length, int waitMs) throws IOException {
            return link.receive(buffer, offset, length, waitMs);
        }

        @Override
        public int getSendLimit() {
            return DatagramLink.MAX_SENT_BYTES;
        }

        @Override
        public void send(byte[] buffer, int offset, int length) throws IOException {
            // bctls sends each record by itself.
            long number = ByteBuffer.wrap(buffer).getLong(offset + NUMBER_AT);
            long next = (number & SEQUENCE_MASK) + 1;
            if (number >>> EPOCH_SHIFT == 0) {
                nextPlain = next;
            } else {
                nextSealed = next;
                sealed = ByteBuffer.wrap(Arrays.copyOfRange(buffer, offset, offset + length));
            }
            link.send(buffer, offset, length);
        }

        @Override
        public void close() {
            // The session that owns the link closes it.
        }
    }
}
