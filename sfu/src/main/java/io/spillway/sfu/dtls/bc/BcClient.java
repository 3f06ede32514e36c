package io.spillway.sfu.dtls.bc;

import java.io.IOException;
import java.util.Hashtable;
import java.util.Vector;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.DefaultTlsClient;
import org.bouncycastle.tls.NamedGroup;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsServerCertificate;

/** bctls' client side: DTLS 1.2 only, our certificate given when asked for. */
class BcClient extends DefaultTlsClient {

    private final Handshake handshake;

    BcClient(Handshake handshake) {
        super(handshake.crypto());
        this.handshake = handshake;
    }

    @Override
    protected ProtocolVersion[] getSupportedVersions() {
        return ProtocolVersion.DTLSv12.only();
    }

    @Override
    protected int[] getSupportedCipherSuites() {
        return Suites.asClient();
    }

    /** The cheapest first; many servers choose by an order of their own. */
    @Override
    @SuppressWarnings("rawtypes") // as bctls declares it
    protected Vector getSupportedGroups(Vector roles) {
        @SuppressWarnings("unchecked")
        Vector<Integer> groups = super.getSupportedGroups(roles);
        if (handshake.crypto().prefersP256() && groups.removeElement(NamedGroup.secp256r1)) {
            groups.insertElementAt(NamedGroup.secp256r1, 0);
        }
        return groups;
    }

    @Override
    @SuppressWarnings("rawtypes") // as bctls declares it
    public Hashtable getClientExtensions() throws IOException {
        @SuppressWarnings("unchecked")
        Hashtable<Integer, byte[]> extensions = super.getClientExtensions();
        handshake.offerProfiles(extensions);
        return extensions;
    }

    @Override
    @SuppressWarnings("rawtypes") // as bctls declares it
    public void processServerExtensions(Hashtable extensions) throws IOException {
        super.processServerExtensions(extensions);
        handshake.choose(extensions);
    }

    @Override
    public TlsAuthentication getAuthentication() {
        return new TlsAuthentication() {
            @Override
            public void notifyServerCertificate(TlsServerCertificate certificate) throws IOException {
                handshake.check(certificate.getCertificate());
            }

            @Override
            public TlsCredentials getClientCredentials(CertificateRequest request) {
                return handshake.signer(context);
            }
        };
    }

    @Override
    public void notifyHandshakeComplete() throws IOException {
        super.notifyHandshakeComplete();
        handshake.export(context, true);
    }

    @Override
    public boolean requiresExtendedMasterSecret() {
        return true;
    }

    @Override
    public boolean shouldCheckSigAlgOfPeerCerts() {
        return false;
    }

    @Override
    public int getMaxCertificateChainLength() {
        return Handshake.MAX_CHAIN;
    }

    @Override
    public int getHandshakeResendTimeMillis() {
        return Handshake.RESEND_MS;
    }
}
