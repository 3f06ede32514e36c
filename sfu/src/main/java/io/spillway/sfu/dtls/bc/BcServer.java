package io.spillway.sfu.dtls.bc;

import java.io.IOException;
import java.util.Hashtable;
import java.util.Vector;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.ClientCertificateType;
import org.bouncycastle.tls.DefaultTlsServer;
import org.bouncycastle.tls.NamedGroup;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsCredentialedSigner;
import org.bouncycastle.tls.TlsUtils;
import org.bouncycastle.util.Arrays;

/** bctls' server side: DTLS 1.2 only, a client certificate always asked for, sessions never resumed. */
final class BcServer extends DefaultTlsServer {

    private final Handshake handshake;

    BcServer(Handshake handshake) {
        super(handshake.crypto());
        this.handshake = handshake;
    }

    @Override
    protected ProtocolVersion[] getSupportedVersions() {
        return ProtocolVersion.DTLSv12.only();
    }

    @Override
    protected int[] getSupportedCipherSuites() {
        return Suites.asServer();
    }

    @Override
    protected boolean preferLocalCipherSuites() {
        return true;
    }

    /** P-256, which every WebRTC peer has (RFC 8827 §6.5), where it is the cheapest; else what the client likes best. */
    @Override
    protected int selectECDH(int minimumCurveBits) {
        int[] offered = context.getSecurityParametersHandshake().getClientSupportedGroups();
        boolean p256 = handshake.crypto().prefersP256()
                && minimumCurveBits <= NamedGroup.getCurveBits(NamedGroup.secp256r1)
                && Arrays.contains(offered, NamedGroup.secp256r1);
        return p256 ? NamedGroup.secp256r1 : super.selectECDH(minimumCurveBits);
    }

    @Override
    protected TlsCredentialedSigner getECDSASignerCredentials() {
        return handshake.signer(context);
    }

    @Override
    public CertificateRequest getCertificateRequest() {
        short[] types = {ClientCertificateType.ecdsa_sign, ClientCertificateType.rsa_sign};
        Vector<?> algorithms = TlsUtils.getDefaultSupportedSignatureAlgorithms(context);
        return new CertificateRequest(types, algorithms, null);
    }

    @Override
    public void notifyClientCertificate(Certificate certificate) throws IOException {
        handshake.check(certificate);
    }

    @Override
    @SuppressWarnings("rawtypes") // as bctls declares it
    public void processClientExtensions(Hashtable extensions) throws IOException {
        super.processClientExtensions(extensions);
        handshake.choose(extensions);
    }

    @Override
    @SuppressWarnings("rawtypes") // as bctls declares it
    public Hashtable getServerExtensions() throws IOException {
        super.getServerExtensions();
        @SuppressWarnings("unchecked")
        Hashtable<Integer, byte[]> extensions = serverExtensions;
        handshake.answerProfile(extensions);
        return extensions;
    }

    @Override
    public void notifyHandshakeComplete() throws IOException {
        super.notifyHandshakeComplete();
        handshake.export(context, false);
    }

    @Override
    public boolean requiresExtendedMasterSecret() {
        return true;
    }

    @Override
    public boolean shouldCheckSigAlgOfPeerCerts() {
        // Who the peer is, its fingerprint says; how it signed its own certificate says nothing.
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
