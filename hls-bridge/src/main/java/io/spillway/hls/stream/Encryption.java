package io.spillway.hls.stream;

/**
 * How a segment and its parts are encrypted.
 *
 * @param method not {@link EncryptionMethod#NONE}
 * @param keyUri where the key is to be had
 * @param iv the vector that begins each chain of blocks, in hexadecimal digits
 */
public record Encryption(EncryptionMethod method, String keyUri, String iv) {

    /** Whether files are encrypted, and so the whole segment is another text than its parts put together. */
    public boolean isOfFiles() {
        return method == EncryptionMethod.AES_128;
    }
}
