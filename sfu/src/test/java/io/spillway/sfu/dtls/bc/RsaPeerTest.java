package io.spillway.sfu.dtls.bc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.spillway.sfu.dtls.DtlsEngine;
import io.spillway.sfu.dtls.PinnedCertificate;
import io.spillway.sfu.dtls.openssl.P256;
import io.spillway.sfu.sdp.DtlsRole;
import io.spillway.sfu.sdp.Fingerprint;
import io.spillway.sfu.srtp.SrtpProfile;
import java.io.IOException;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.Hashtable;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.bc.BcX509v3CertificateBuilder;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.generators.RSAKeyPairGenerator;
import org.bouncycastle.crypto.params.RSAKeyGenerationParameters;
import org.bouncycastle.operator.bc.BcRSAContentSignerBuilder;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.CipherSuite;
import org.bouncycastle.tls.ClientCertificateType;
import org.bouncycastle.tls.DTLSServerProtocol;
import org.bouncycastle.tls.DatagramTransport;
import org.bouncycastle.tls.DefaultTlsServer;
import org.bouncycastle.tls.HashAlgorithm;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.SignatureAlgorithm;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.TlsCredentialedSigner;
import org.bouncycastle.tls.TlsSRTPUtils;
import org.bouncycastle.tls.TlsUtils;
import org.bouncycastle.tls.UseSRTPData;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.impl.bc.BcDefaultTlsCredentialedSigner;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** A DTLS server with an RSA certificate, as FFmpeg is where its TLS library is old: we are its client, whoever does our curve. */
class RsaPeerTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final long PATIENCE_SECONDS = 60;
    private static final int RSA_BITS = 2048;

    private final SecureRandom random = new SecureRandom();
    private final BcTlsCrypto crypto = new BcTlsCrypto(random);

    @TestFactory
    Stream<DynamicTest> shouldConnectToAServerWhoseCertificateIsRsa() {
        return Stream.of(P256.load(), Optional.<P256>empty())
                .distinct()
                .map(curve -> DynamicTest.dynamicTest(
                        curve.isPresent() ? "libcrypto" : "Bouncy Castle", () -> connect(curve)));
    }

    private void connect(Optional<P256> curve) throws Exception {
        RSAKeyPairGenerator generator = new RSAKeyPairGenerator();
        generator.init(new RSAKeyGenerationParameters(BigInteger.valueOf(65_537), random, RSA_BITS, 80));
        AsymmetricCipherKeyPair pair = generator.generateKeyPair();
        X500Name name = new X500Name("CN=rsa");
        byte[] der = new BcX509v3CertificateBuilder(
                        name,
                        BigInteger.ONE,
                        Date.from(NOW),
                        Date.from(NOW.plusSeconds(86_400)),
                        name,
                        pair.getPublic())
                .build(new BcRSAContentSignerBuilder(
                                new AlgorithmIdentifier(PKCSObjectIdentifiers.sha256WithRSAEncryption),
                                new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256))
                        .build(pair.getPrivate()))
                .getEncoded();
        PinnedCertificate pinned = new PinnedCertificate(
                Fingerprint.of("sha-256", MessageDigest.getInstance("SHA-256").digest(der)));
        DtlsEngine client = BcIdentity.create(random, NOW, curve)
                .engine(DtlsRole.CLIENT, pinned, List.of(SrtpProfile.AEAD_AES_128_GCM));
        Wire toServer = new Wire();
        Wire toClient = new Wire();
        Certificate certificate = new Certificate(new TlsCertificate[] {crypto.createCertificate(der)});
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            Future<?> served = thread.submit(() -> new DTLSServerProtocol()
                    .accept(new Server(crypto, pair, certificate), new End(toServer, toClient)));
            DtlsEngine.Finished finished = client.handshake(new Link(toClient, toServer));
            served.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertEquals(SrtpProfile.AEAD_AES_128_GCM, finished.keys().local().profile());
        }
        curve.ifPresent(used -> assertEquals(0, used.alive(), "in native memory"));
    }

    private static final class Server extends DefaultTlsServer {

        private final BcTlsCrypto crypto;
        private final AsymmetricCipherKeyPair pair;
        private final Certificate certificate;

        Server(BcTlsCrypto crypto, AsymmetricCipherKeyPair pair, Certificate certificate) {
            super(crypto);
            this.crypto = crypto;
            this.pair = pair;
            this.certificate = certificate;
        }

        @Override
        protected ProtocolVersion[] getSupportedVersions() {
            return ProtocolVersion.DTLSv12.only();
        }

        @Override
        protected int[] getSupportedCipherSuites() {
            return new int[] {CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256};
        }

        @Override
        protected TlsCredentialedSigner getRSASignerCredentials() {
            return new BcDefaultTlsCredentialedSigner(
                    new TlsCryptoParameters(context),
                    crypto,
                    pair.getPrivate(),
                    certificate,
                    SignatureAndHashAlgorithm.getInstance(HashAlgorithm.sha256, SignatureAlgorithm.rsa));
        }

        @Override
        public CertificateRequest getCertificateRequest() {
            return new CertificateRequest(
                    new short[] {ClientCertificateType.ecdsa_sign},
                    TlsUtils.getDefaultSupportedSignatureAlgorithms(context),
                    null);
        }

        @Override
        public void notifyClientCertificate(Certificate client) {
            assertEquals(1, client.getLength());
        }

        @Override
        @SuppressWarnings("rawtypes") // as bctls declares it
        public Hashtable getServerExtensions() throws IOException {
            @SuppressWarnings("unchecked")
            Hashtable<Integer, byte[]> extensions = super.getServerExtensions();
            TlsSRTPUtils.addUseSRTPExtension(
                    extensions, new UseSRTPData(new int[] {SrtpProfile.AEAD_AES_128_GCM.code()}, TlsUtils.EMPTY_BYTES));
            return extensions;
        }
    }

    /** One direction. */
    private static final class Wire extends LinkedBlockingQueue<byte[]> {
        private static final long serialVersionUID = 1;

        int take(byte[] into, int offset, long waitMs) throws IOException {
            try {
                byte[] record = poll(waitMs, TimeUnit.MILLISECONDS);
                if (record == null) {
                    return -1;
                }
                System.arraycopy(record, 0, into, offset, record.length);
                return record.length;
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IOException(interrupted);
            }
        }

        void send(byte[] record, int offset, int length) {
            add(Arrays.copyOfRange(record, offset, offset + length));
        }
    }

    private record Link(Wire in, Wire out) implements DtlsEngine.DatagramLink {

        @Override
        public int receive(byte[] into, int offset, int length, int waitMs) throws IOException {
            return in.take(into, offset, TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        }

        @Override
        public void send(byte[] record, int offset, int length) {
            out.send(record, offset, length);
        }
    }

    private record End(Wire in, Wire out) implements DatagramTransport {

        @Override
        public int getReceiveLimit() {
            return DtlsEngine.DatagramLink.MAX_RECEIVED_BYTES;
        }

        @Override
        public int getSendLimit() {
            return DtlsEngine.DatagramLink.MAX_SENT_BYTES;
        }

        @Override
        public int receive(byte[] into, int offset, int length, int waitMs) throws IOException {
            return in.take(into, offset, waitMs);
        }

        @Override
        public void send(byte[] record, int offset, int length) {
            out.send(record, offset, length);
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }
}
