package io.spillway.sfu.srtp.openssl;

import io.spillway.sfu.srtp.SrtpKeys;
import io.spillway.sfu.srtp.SrtpProfile;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Session keys derived from the master key and salt of one direction (RFC 3711 §4.3.1 and, for the AEAD's 96-bit salt, RFC 7714 §11), key derivation rate 0. */
final class SessionKeys {

    static final int AUTHENTICATION_BYTES = 20;

    private static final int RTP = 0;
    private static final int RTCP = 3;
    private static final int ENCRYPTION = 0;
    private static final int AUTHENTICATION = 1;
    private static final int SALT = 2;

    private static final int BLOCK_BYTES = 16;
    private static final int LABEL_AT = 7;

    private final byte[] encryption;
    private final byte[] salt;
    private final byte[] authentication;

    /** @param authentication unused by an AEAD */
    SessionKeys(byte[] encryption, byte[] salt, byte[] authentication) {
        this.encryption = encryption;
        this.salt = salt;
        this.authentication = authentication;
    }

    byte[] encryption() {
        return encryption;
    }

    byte[] salt() {
        return salt;
    }

    byte[] authentication() {
        return authentication;
    }

    static SessionKeys forRtp(SrtpKeys master) {
        return derive(master, RTP);
    }

    static SessionKeys forRtcp(SrtpKeys master) {
        return derive(master, RTCP);
    }

    private static SessionKeys derive(SrtpKeys master, int labels) {
        return new SessionKeys(
                key(master, labels + ENCRYPTION, SrtpProfile.KEY_BYTES),
                key(master, labels + SALT, master.profile().saltBytes()),
                key(master, labels + AUTHENTICATION, AUTHENTICATION_BYTES));
    }

    /** The key stream of AES in counter mode from (salt xor label) * 2^16. */
    private static byte[] key(SrtpKeys master, int label, int bytes) {
        byte[] iv = Arrays.copyOf(master.salt(), BLOCK_BYTES);
        iv[LABEL_AT] ^= (byte) label;
        try {
            Cipher aes = Cipher.getInstance("AES/CTR/NoPadding");
            aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(master.key(), "AES"), new IvParameterSpec(iv));
            return aes.doFinal(new byte[bytes]);
        } catch (GeneralSecurityException impossible) {
            // Every Java platform has AES in counter mode.
            throw new AssertionError(impossible);
        }
    }
}
