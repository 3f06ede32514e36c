package io.spillway.hls.stream;

import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts one segment twice over, as a whole and part by part, since players take either: AES-128 in CBC, padded, each chain begun with the segment's vector. RFC 8216bis §4.4.4.4, §5.2. Owned by
 * the packaging thread.
 */
final class SegmentCipher {

    private final Encryption encryption;
    private final SecretKeySpec key;
    private final IvParameterSpec vector;
    private final Cipher whole;
    private final List<byte[]> chunks = new ArrayList<>();

    SegmentCipher(Keys.Key key, byte[] iv) {
        this.encryption = new Encryption(
                EncryptionMethod.AES_128, key.uri(), HexFormat.of().formatHex(iv));
        this.key = new SecretKeySpec(key.secret(), "AES");
        this.vector = new IvParameterSpec(iv);
        this.whole = begin();
    }

    /** What a playlist says of it. */
    Encryption encryption() {
        return encryption;
    }

    /** The segment's next part, to be had alone. */
    byte[] part(byte[] plain) {
        try {
            byte[] more = whole.update(plain);
            if (more != null) {
                chunks.add(more);
            }
            return begin().doFinal(plain);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The whole segment, after its last part. */
    List<byte[]> whole() {
        try {
            chunks.add(whole.doFinal());
            return List.copyOf(chunks);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private Cipher begin() {
        try {
            Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
            cipher.init(Cipher.ENCRYPT_MODE, key, vector);
            return cipher;
        } catch (GeneralSecurityException impossible) {
            // Every Java platform has it.
            throw new IllegalStateException(impossible);
        }
    }
}
