package io.spillway.sfu.dtls.bc;

import io.spillway.sfu.dtls.DtlsEngine;
import io.spillway.sfu.dtls.DtlsFailure;
import io.spillway.sfu.dtls.PinnedCertificate;
import io.spillway.sfu.sdp.DtlsRole;
import io.spillway.sfu.srtp.SrtpKeyPair;
import io.spillway.sfu.srtp.SrtpProfile;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import org.bouncycastle.tls.DTLSClientProtocol;
import org.bouncycastle.tls.DTLSServerProtocol;
import org.bouncycastle.tls.DTLSTransport;
import org.bouncycastle.tls.DatagramTransport;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsFatalAlertReceived;

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
    public Connection handshake(DatagramLink link) throws IOException {
        DatagramTransport transport = new LinkTransport(link);
        try {
            DTLSTransport done = switch (role) {
                case SERVER -> new DTLSServerProtocol().accept(new BcServer(handshake), transport);
                case CLIENT -> new DTLSClientProtocol().connect(client(handshake), transport);
            };
            return new BcConnection(handshake, done);
        } catch (TlsFatalAlert | TlsFatalAlertReceived alert) {
            DtlsFailure.Reason reason =
                    handshake.mismatch() ? DtlsFailure.Reason.FINGERPRINT_MISMATCH : DtlsFailure.Reason.REFUSED;
            throw new DtlsFailure(reason, String.valueOf(alert.getMessage()), alert);
        }
    }

    /** Overridden by tests that need another client. */
    BcClient client(Handshake of) {
        return new BcClient(of);
    }

    private record LinkTransport(DatagramLink link) implements DatagramTransport {

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
            link.send(buffer, offset, length);
        }

        @Override
        public void close() {
            // The session that owns the link closes it.
        }
    }

    private record BcConnection(Handshake handshake, DTLSTransport transport) implements Connection {

        /** The link never waits, so this only keeps bctls reading until the link is empty. */
        private static final int WAIT_MS = 60_000;

        @Override
        public SrtpKeyPair keys() {
            return handshake.keys();
        }

        @Override
        public boolean process() {
            try {
                byte[] ignored = new byte[transport.getReceiveLimit()];
                while (!handshake.peerClosed()) {
                    transport.receive(ignored, 0, ignored.length, WAIT_MS);
                }
                return false;
            } catch (InterruptedIOException empty) {
                return !handshake.peerClosed();
            } catch (IOException broken) {
                return false;
            }
        }

        @Override
        public void close() {
            try {
                transport.close();
            } catch (IOException gone) {
                // Closing is all that was wanted.
            }
        }
    }
}
