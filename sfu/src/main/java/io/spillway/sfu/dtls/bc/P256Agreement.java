package io.spillway.sfu.dtls.bc;

import io.spillway.sfu.dtls.openssl.EphemeralKey;
import io.spillway.sfu.dtls.openssl.P256;
import java.io.IOException;
import java.util.Arrays;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.crypto.TlsAgreement;
import org.bouncycastle.tls.crypto.TlsSecret;
import org.jspecify.annotations.Nullable;

/** ECDH on P-256 by libcrypto (RFC 8422 §5.10). The private key is gone after the secret was made, or with the handshake. */
final class P256Agreement implements TlsAgreement, AutoCloseable {

    private final RecordCrypto crypto;
    private final P256 curve;
    private @Nullable EphemeralKey key;
    private byte @Nullable [] peer;

    P256Agreement(RecordCrypto crypto, P256 curve) {
        this.crypto = crypto;
        this.curve = curve;
    }

    @Override
    public byte[] generateEphemeral() {
        close();
        EphemeralKey fresh = curve.newKey();
        key = fresh;
        return fresh.point();
    }

    @Override
    public void receivePeerValue(byte[] value) {
        peer = value.clone();
    }

    @Override
    public TlsSecret calculateSecret() throws IOException {
        EphemeralKey own = key;
        byte[] other = peer;
        if (own == null || other == null) {
            throw new TlsFatalAlert(AlertDescription.internal_error);
        }
        try {
            byte[] secret = own.agree(other).orElseThrow(() -> new TlsFatalAlert(AlertDescription.illegal_parameter));
            try {
                return crypto.createSecret(secret);
            } finally {
                Arrays.fill(secret, (byte) 0);
            }
        } finally {
            close();
        }
    }

    @Override
    public void close() {
        EphemeralKey own = key;
        if (own != null) {
            own.close();
            key = null;
        }
    }
}
