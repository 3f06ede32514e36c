package io.spillway.sfu.dtls;

import java.nio.ByteBuffer;

/**
 * Looks at a datagram's records before the library does, for two things that bctls takes badly.
 *
 * <p>It allocates a message's whole announced length, up to 16 MiB, on its first fragment, and keeps sixteen such messages; here the announced lengths of one handshake sum up to
 * {@value #MAX_TOTAL_BYTES} at most. And it ends the connection, not just the record, when an encrypted record is too short for its cipher, which anyone can forge.
 *
 * <pre>
 * record:    type 1 | version 2 | epoch 2 | sequence 6 | length 2 | fragment
 * handshake: type 1 | length 3 | message seq 2 | fragment offset 3 | fragment length 3 | body
 * </pre>
 */
final class RecordGuard {

    static final int RECORD_HEADER_BYTES = 13;
    static final int MESSAGE_HEADER_BYTES = 12;
    static final int HANDSHAKE_TYPE = 22;

    static final int MAX_TOTAL_BYTES = 64 * 1024;

    /** Explicit nonce and tag of AES-GCM, which all our suites use, and one byte. */
    static final int MIN_ENCRYPTED_BYTES = 8 + 16 + 1;

    /** A handshake with cookie exchange and client certificate has eight messages a side. */
    static final int MAX_MESSAGES = 16;

    private static final int FIRST_RECORD_TYPE = 20;
    private static final int LAST_RECORD_TYPE = 26;

    private final int[] announced = new int[MAX_MESSAGES];
    private int total;

    /** Whether the library may see {@code datagram[0..limit)}. */
    boolean admits(ByteBuffer datagram) {
        int end = datagram.limit();
        if (!areRecords(datagram, 0, end)) {
            return false;
        }
        for (int at = 0; at < end; at = end(datagram, at)) {
            boolean plain = datagram.getShort(at + 3) == 0;
            if (plain
                    && datagram.get(at) == HANDSHAKE_TYPE
                    && !admitsMessages(datagram, at + RECORD_HEADER_BYTES, end(datagram, at))) {
                return false;
            }
        }
        return true;
    }

    /** Whether {@code datagram[from..end)} is whole records, and those encrypted long enough to be so. */
    static boolean areRecords(ByteBuffer datagram, int from, int end) {
        int at = from;
        while (at < end) {
            if (end - at < RECORD_HEADER_BYTES) {
                return false;
            }
            int type = datagram.get(at) & 0xFF;
            int epoch = datagram.getShort(at + 3) & 0xFFFF;
            int length = end(datagram, at) - at - RECORD_HEADER_BYTES;
            if (type < FIRST_RECORD_TYPE || type > LAST_RECORD_TYPE || length > end - at - RECORD_HEADER_BYTES) {
                return false;
            }
            if (epoch > 0 && length < MIN_ENCRYPTED_BYTES) {
                return false;
            }
            at = end(datagram, at);
        }
        return true;
    }

    /** Where the record ends that begins at {@code at}, by its header. */
    static int end(ByteBuffer datagram, int at) {
        return at + RECORD_HEADER_BYTES + (datagram.getShort(at + 11) & 0xFFFF);
    }

    private boolean admitsMessages(ByteBuffer datagram, int from, int end) {
        int at = from;
        while (at < end) {
            if (end - at < MESSAGE_HEADER_BYTES) {
                return false;
            }
            int length = datagram.getInt(at) & 0xFFFFFF;
            int sequence = datagram.getShort(at + 4) & 0xFFFF;
            int fragmentLength = datagram.getInt(at + 8) & 0xFFFFFF;
            if (sequence >= MAX_MESSAGES || fragmentLength > end - at - MESSAGE_HEADER_BYTES) {
                return false;
            }
            int grown = Math.max(0, length - announced[sequence]);
            if (total + grown > MAX_TOTAL_BYTES) {
                return false;
            }
            announced[sequence] += grown;
            total += grown;
            at += MESSAGE_HEADER_BYTES + fragmentLength;
        }
        return true;
    }
}
