package io.spillway.sfu.dtls.bc;

import io.spillway.sfu.dtls.openssl.P256;
import java.io.IOException;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.SignatureAlgorithm;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.crypto.TlsSigner;
import org.bouncycastle.tls.crypto.TlsStreamSigner;
import org.jspecify.annotations.Nullable;

/** Signs with our P-256 key by libcrypto. */
final class P256Signer implements TlsSigner {

    private final P256 curve;
    private final byte[] scalar;

    P256Signer(P256 curve, byte[] scalar) {
        this.curve = curve;
        this.scalar = scalar;
    }

    @Override
    public byte[] generateRawSignature(@Nullable SignatureAndHashAlgorithm algorithm, byte[] hash) throws IOException {
        if (algorithm != null && algorithm.getSignature() != SignatureAlgorithm.ecdsa) {
            throw new TlsFatalAlert(AlertDescription.internal_error);
        }
        return curve.sign(scalar, hash);
    }

    @Override
    public @Nullable TlsStreamSigner getStreamSigner(@Nullable SignatureAndHashAlgorithm algorithm) {
        return null;
    }
}
