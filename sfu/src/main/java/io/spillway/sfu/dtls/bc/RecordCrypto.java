package io.spillway.sfu.dtls.bc;

import io.spillway.sfu.dtls.openssl.P256;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.crypto.BlockCipher;
import org.bouncycastle.crypto.modes.AEADBlockCipher;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.modes.gcm.BasicGCMMultiplier;
import org.bouncycastle.tls.CertificateType;
import org.bouncycastle.tls.NamedGroup;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.TlsECConfig;
import org.bouncycastle.tls.crypto.TlsECDomain;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;
import org.jspecify.annotations.Nullable;

/**
 * Bouncy Castle's cryptography for one handshake, with P-256 by libcrypto where it is there, and with an AES-GCM that keeps no tables: a handshake encrypts one
 * record and decrypts one, and would fill 20 KiB of tables for it. Closed when the handshake is over, however it ended.
 */
final class RecordCrypto extends BcTlsCrypto implements AutoCloseable {

    private final @Nullable P256 p256;
    private final List<P256Agreement> agreements = new ArrayList<>(1);

    /** @param p256 null for Bouncy Castle's own */
    RecordCrypto(SecureRandom random, @Nullable P256 p256) {
        super(random);
        this.p256 = p256;
    }

    /** Whether P-256 is cheaper than every other curve. */
    boolean prefersP256() {
        return p256 != null;
    }

    @Override
    protected AEADBlockCipher createGCMMode(BlockCipher cipher) {
        return GCMBlockCipher.newInstance(cipher, new BasicGCMMultiplier());
    }

    @Override
    public TlsECDomain createECDomain(TlsECConfig config) {
        P256 curve = p256;
        return curve != null && config.getNamedGroup() == NamedGroup.secp256r1
                ? () -> newAgreement(curve)
                : super.createECDomain(config);
    }

    private P256Agreement newAgreement(P256 curve) {
        P256Agreement agreement = new P256Agreement(this, curve);
        agreements.add(agreement);
        return agreement;
    }

    @Override
    public TlsCertificate createCertificate(short type, byte[] encoded) throws IOException {
        P256 curve = p256;
        return curve != null && type == CertificateType.X509
                ? new P256Certificate(this, curve, encoded)
                : super.createCertificate(type, encoded);
    }

    @Override
    public void close() {
        agreements.forEach(P256Agreement::close);
    }
}
