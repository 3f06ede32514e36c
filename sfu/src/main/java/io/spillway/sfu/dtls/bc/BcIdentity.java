package io.spillway.sfu.dtls.bc;

import io.spillway.sfu.dtls.DtlsEngine;
import io.spillway.sfu.dtls.DtlsIdentity;
import io.spillway.sfu.dtls.PinnedCertificate;
import io.spillway.sfu.dtls.openssl.P256;
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
import java.util.Optional;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.bc.BcX509v3CertificateBuilder;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.generators.ECKeyPairGenerator;
import org.bouncycastle.crypto.params.ECKeyGenerationParameters;
import org.bouncycastle.crypto.params.ECNamedDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.bc.BcECContentSignerBuilder;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.DefaultTlsCredentialedSigner;
import org.bouncycastle.tls.HashAlgorithm;
import org.bouncycastle.tls.SignatureAlgorithm;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsCredentialedSigner;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.impl.bc.BcDefaultTlsCredentialedSigner;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;
import org.bouncycastle.util.BigIntegers;
import org.jspecify.annotations.Nullable;

/**
 * An ECDSA P-256 key with a self-signed certificate, made anew at every start and shared with nothing else. What handshakes do on that curve, libcrypto does
 * where it is there.
 */
public final class BcIdentity implements DtlsIdentity {

    /** Peers check the fingerprint only; a year outlives any process. */
    private static final Duration VALIDITY = Duration.ofDays(365);

    /** For peers whose clock is behind. */
    private static final Duration BACKDATED = Duration.ofDays(1);

    private static final int SERIAL_BITS = 64;

    private static final SignatureAndHashAlgorithm ALGORITHM =
            SignatureAndHashAlgorithm.getInstance(HashAlgorithm.sha256, SignatureAlgorithm.ecdsa);

    /** Says nothing of the machine. */
    private static final X500Name NAME = new X500Name("CN=spillway");

    private final SecureRandom random;
    private final @Nullable P256 p256;
    private final ECPrivateKeyParameters privateKey;
    private final byte[] certificateDer;
    private final Certificate certificate;

    private BcIdentity(
            SecureRandom random, @Nullable P256 p256, ECPrivateKeyParameters privateKey, byte[] certificateDer)
            throws IOException {
        this.random = random;
        this.p256 = p256;
        this.privateKey = privateKey;
        this.certificateDer = certificateDer;
        this.certificate =
                new Certificate(new TlsCertificate[] {new BcTlsCrypto(random).createCertificate(certificateDer)});
    }

    /** Makes a key and its certificate. */
    public static BcIdentity create(SecureRandom random, Instant now) {
        return create(random, now, P256.load());
    }

    /** As {@link #create(SecureRandom, Instant)}; with an empty {@code p256} all is done in Java. */
    public static BcIdentity create(SecureRandom random, Instant now, Optional<P256> p256) {
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
            return new BcIdentity(random, p256.orElse(null), (ECPrivateKeyParameters) pair.getPrivate(), der);
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

    @Override
    public String name() {
        return p256 == null ? "Bouncy Castle" : "Bouncy Castle with OpenSSL's P-256";
    }

    /** The cryptography of one handshake, for it to close. */
    RecordCrypto newCrypto() {
        return new RecordCrypto(random, p256);
    }

    /** What signs a handshake with our key. */
    TlsCredentialedSigner signer(TlsContext context, RecordCrypto crypto) {
        TlsCryptoParameters parameters = new TlsCryptoParameters(context);
        P256 curve = p256;
        return curve == null
                ? new BcDefaultTlsCredentialedSigner(parameters, crypto, privateKey, certificate, ALGORITHM)
                : new DefaultTlsCredentialedSigner(
                        parameters,
                        new P256Signer(curve, BigIntegers.asUnsignedByteArray(P256.SCALAR_BYTES, privateKey.getD())),
                        certificate,
                        ALGORITHM);
    }
}
