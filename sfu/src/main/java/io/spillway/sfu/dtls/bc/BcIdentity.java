package io.spillway.sfu.dtls.bc;

import io.spillway.sfu.dtls.DtlsEngine;
import io.spillway.sfu.dtls.DtlsIdentity;
import io.spillway.sfu.dtls.PinnedCertificate;
import io.spillway.sfu.sdp.DtlsRole;
import io.spillway.sfu.sdp.Fingerprint;
import io.spillway.sfu.srtp.SrtpProfile;
import java.io.IOException;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.bc.BcX509v3CertificateBuilder;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.generators.ECKeyPairGenerator;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.ECKeyGenerationParameters;
import org.bouncycastle.crypto.params.ECNamedDomainParameters;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.bc.BcECContentSignerBuilder;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;

/** An ECDSA P-256 key with a self-signed certificate, made anew at every start and shared with nothing else. */
public final class BcIdentity implements DtlsIdentity {

    /** Peers check the fingerprint only; a year outlives any process. */
    private static final Duration VALIDITY = Duration.ofDays(365);

    /** For peers whose clock is behind. */
    private static final Duration BACKDATED = Duration.ofDays(1);

    private static final int SERIAL_BITS = 64;

    /** Says nothing of the machine. */
    private static final X500Name NAME = new X500Name("CN=spillway");

    private final BcTlsCrypto crypto;
    private final AsymmetricKeyParameter privateKey;
    private final byte[] certificateDer;
    private final Certificate certificate;

    private BcIdentity(BcTlsCrypto crypto, AsymmetricKeyParameter privateKey, byte[] certificateDer)
            throws IOException {
        this.crypto = crypto;
        this.privateKey = privateKey;
        this.certificateDer = certificateDer;
        this.certificate = new Certificate(new TlsCertificate[] {crypto.createCertificate(certificateDer)});
    }

    /** Makes a key and its certificate. */
    public static BcIdentity create(SecureRandom random, Instant now) {
        ECKeyPairGenerator generator = new ECKeyPairGenerator();
        generator.init(
                new ECKeyGenerationParameters(ECNamedDomainParameters.lookup(SECObjectIdentifiers.secp256r1), random));
        AsymmetricCipherKeyPair pair = generator.generateKeyPair();
        try {
            byte[] der = new BcX509v3CertificateBuilder(
                            NAME,
                            new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS),
                            Date.from(now.minus(BACKDATED)),
                            Date.from(now.plus(VALIDITY)),
                            NAME,
                            pair.getPublic())
                    .build(new BcECContentSignerBuilder(
                                    new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256),
                                    new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256))
                            .setSecureRandom(random)
                            .build(pair.getPrivate()))
                    .getEncoded();
            return new BcIdentity(new RecordCrypto(random), pair.getPrivate(), der);
        } catch (IOException | OperatorCreationException broken) {
            throw new IllegalStateException("cannot make a DTLS certificate", broken);
        }
    }

    @Override
    public Fingerprint fingerprint() {
        try {
            return Fingerprint.of(
                    "sha-256", MessageDigest.getInstance("SHA-256").digest(certificateDer));
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }

    @Override
    public DtlsEngine engine(DtlsRole role, PinnedCertificate peer, List<SrtpProfile> profiles) {
        return new BcEngine(this, role, peer, profiles);
    }

    BcTlsCrypto crypto() {
        return crypto;
    }

    AsymmetricKeyParameter privateKey() {
        return privateKey;
    }

    Certificate certificate() {
        return certificate;
    }
}
