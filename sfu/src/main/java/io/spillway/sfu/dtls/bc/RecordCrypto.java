package io.spillway.sfu.dtls.bc;

import java.security.SecureRandom;
import org.bouncycastle.crypto.BlockCipher;
import org.bouncycastle.crypto.modes.AEADBlockCipher;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.modes.gcm.BasicGCMMultiplier;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;

/**
 * Bouncy Castle's cryptography, with an AES-GCM that keeps no tables. A session's DTLS records are its Finished messages and a closing alert,
 * but its ciphers live as long as it does: the tables of two of them would be 20 KiB a session, filled at each handshake.
 */
final class RecordCrypto extends BcTlsCrypto {

    RecordCrypto(SecureRandom random) {
        super(random);
    }

    @Override
    protected AEADBlockCipher createGCMMode(BlockCipher cipher) {
        return GCMBlockCipher.newInstance(cipher, new BasicGCMMultiplier());
    }
}
