package io.spillway.hls.stream;

/** How what may be kept by caches is made useless to who has no key. */
public enum EncryptionMethod {
    NONE,

    /** Parts and segments as whole files. RFC 8216bis §4.4.4.4. */
    AES_128,

    /** The samples within them, by common encryption's scheme of that name. ISO/IEC 23001-7 §10.4. */
    CBCS
}
