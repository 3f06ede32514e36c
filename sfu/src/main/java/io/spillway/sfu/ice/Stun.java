package io.spillway.sfu.ice;

/** Numbers of RFC 8489 and RFC 8445 §7.1 and §16.1. */
final class Stun {

    static final int HEADER_BYTES = 20;
    static final int ATTRIBUTE_HEADER_BYTES = 4;
    static final int TRANSACTION_ID_OFFSET = 8;
    static final int TRANSACTION_ID_BYTES = 12;
    static final int MAGIC_COOKIE = 0x2112A442;
    static final int FINGERPRINT_MASK = 0x5354554E;

    /** Longest message taken or made: one Ethernet frame; checks seen in the field stay under 200 bytes. */
    static final int MAX_BYTES = 1500;

    static final int BINDING_REQUEST = 0x0001;
    static final int BINDING_SUCCESS = 0x0101;
    static final int BINDING_ERROR = 0x0111;

    static final int USERNAME = 0x0006;
    static final int MESSAGE_INTEGRITY = 0x0008;
    static final int ERROR_CODE = 0x0009;
    static final int UNKNOWN_ATTRIBUTES = 0x000A;
    static final int XOR_MAPPED_ADDRESS = 0x0020;
    static final int PRIORITY = 0x0024;
    static final int USE_CANDIDATE = 0x0025;
    static final int FINGERPRINT = 0x8028;
    static final int ICE_CONTROLLED = 0x8029;
    static final int ICE_CONTROLLING = 0x802A;

    /** Attribute types below this must be understood (RFC 8489 §14). */
    static final int FIRST_OPTIONAL = 0x8000;

    static final int MESSAGE_INTEGRITY_BYTES = 20;

    static final int UNKNOWN_ATTRIBUTE_ERROR = 420;
    static final int ROLE_CONFLICT_ERROR = 487;

    private Stun() {}
}
