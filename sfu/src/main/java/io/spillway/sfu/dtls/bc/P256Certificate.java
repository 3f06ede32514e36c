package io.spillway.sfu.dtls.bc;

import io.spillway.sfu.dtls.openssl.P256;
import java.io.IOException;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.DigitallySigned;
import org.bouncycastle.tls.SignatureAlgorithm;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.crypto.TlsStreamVerifier;
import org.bouncycastle.tls.crypto.TlsVerifier;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCertificate;
import org.jspecify.annotations.Nullable;

/** A peer's certificate. If its key is on P-256, libcrypto verifies what it signed; all else, and whether the key may sign, is Bouncy Castle's. */
final class P256Certificate extends BcTlsCertificate {

    private final P256 curve;

    P256Certificate(RecordCrypto crypto, P256 curve, byte[] encoded) throws IOException {
        super(crypto, encoded);
        this.curve = curve;
    }

    @Override
    public TlsVerifier createVerifier(short algorithm) throws IOException {
        TlsVerifier plain = super.createVerifier(algorithm);
        SubjectPublicKeyInfo key = getSubjectPublicKeyInfo();
        return algorithm == SignatureAlgorithm.ecdsa && isOnP256(key)
                ? new Verifier(curve, key.getPublicKeyData().getOctets())
                : plain;
    }

    private static boolean isOnP256(SubjectPublicKeyInfo key) {
        return X9ObjectIdentifiers.id_ecPublicKey.equals(key.getAlgorithm().getAlgorithm())
                && SECObjectIdentifiers.secp256r1.equals(key.getAlgorithm().getParameters());
    }

    private static final class Verifier implements TlsVerifier {

        private final P256 curve;
        private final byte[] point;

        Verifier(P256 curve, byte[] point) {
            this.curve = curve;
            this.point = point;
        }

        @Override
        public @Nullable TlsStreamVerifier getStreamVerifier(DigitallySigned signed) {
            return null;
        }

        @Override
        public boolean verifyRawSignature(DigitallySigned signed, byte[] hash) throws IOException {
            SignatureAndHashAlgorithm algorithm = signed.getAlgorithm();
            if (algorithm != null && algorithm.getSignature() != SignatureAlgorithm.ecdsa) {
                throw new TlsFatalAlert(AlertDescription.illegal_parameter);
            }
            return curve.verifies(point, hash, signed.getSignature());
        }
    }
}
