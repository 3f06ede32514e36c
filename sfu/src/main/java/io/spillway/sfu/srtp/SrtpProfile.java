package io.spillway.sfu.srtp;

import java.util.List;

/** A DTLS-SRTP protection profile (RFC 5764 §4.1.2, RFC 7714 §14.2), the preferred first. */
public enum SrtpProfile {
    AEAD_AES_128_GCM(0x0007, 12, 16, 16),
    AES128_CM_SHA1_80(0x0001, 14, 10, 10);

    /** Bytes of the master key and of the session encryption key, in both profiles. */
    public static final int KEY_BYTES = 16;

    /** Most that protecting adds to a packet: SRTCP's tag and index. */
    public static final int MAX_OVERHEAD_BYTES = 20;

    private static final List<SrtpProfile> PREFERENCE = List.of(values());

    private final int code;
    private final int saltBytes;
    private final int rtpTagBytes;
    private final int rtcpTagBytes;

    SrtpProfile(int code, int saltBytes, int rtpTagBytes, int rtcpTagBytes) {
        this.code = code;
        this.saltBytes = saltBytes;
        this.rtpTagBytes = rtpTagBytes;
        this.rtcpTagBytes = rtcpTagBytes;
    }

    /** Every profile, the preferred first. */
    public static List<SrtpProfile> preference() {
        return PREFERENCE;
    }

    /** Its number in the use_srtp extension. */
    public int code() {
        return code;
    }

    public int saltBytes() {
        return saltBytes;
    }

    /** Bytes of authentication tag on an SRTP packet. */
    public int rtpTagBytes() {
        return rtpTagBytes;
    }

    /** Bytes of authentication tag on an SRTCP packet, without its index. */
    public int rtcpTagBytes() {
        return rtcpTagBytes;
    }
}
