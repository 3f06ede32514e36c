package io.spillway.sfu.dtls;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Packs the records that the library sends into as few datagrams as they fit, and tells a flight sent for the first time from one sent again: handshake message numbers only grow in a new one, and a
 * server's last begins with its only change of cipher (RFC 6347 §4.2.4).
 */
final class FlightPacker {

    /** What a record is to its flight. */
    enum Kind {
        NEW,
        REPEATED,
        /** An alert, or what follows the plain messages of its flight. */
        EITHER
    }

    private static final int CHANGE_CIPHER_SPEC_TYPE = 20;

    private final ArrayDeque<ByteBuffer> ready = new ArrayDeque<>();
    private @Nullable ByteBuffer filling;
    private int newestSequence = -1;
    private int newestEnd;
    private boolean cipherChanged;

    /** Looks at a record about to be sent, without taking it. */
    Kind kind(byte[] record, int offset, int length) {
        if (length > 0 && record[offset] == CHANGE_CIPHER_SPEC_TYPE && !cipherChanged) {
            cipherChanged = true;
            return Kind.NEW;
        }
        int message = offset + RecordGuard.RECORD_HEADER_BYTES;
        if (length < RecordGuard.RECORD_HEADER_BYTES + RecordGuard.MESSAGE_HEADER_BYTES
                || record[offset] != RecordGuard.HANDSHAKE_TYPE
                || uint16(record, offset + 3) != 0) {
            return Kind.EITHER;
        }
        int sequence = uint16(record, message + 4);
        int end = uint24(record, message + 6) + uint24(record, message + 9);
        boolean newer = sequence > newestSequence || (sequence == newestSequence && end > newestEnd);
        if (newer) {
            newestSequence = sequence;
            newestEnd = end;
        }
        return newer ? Kind.NEW : Kind.REPEATED;
    }

    void add(byte[] record, int offset, int length) {
        ByteBuffer into = filling;
        if (into == null || into.remaining() < length) {
            flush();
            into = ByteBuffer.allocate(Math.max(length, DtlsEngine.DatagramLink.MAX_SENT_BYTES));
            filling = into;
        }
        into.put(record, offset, length);
    }

    /** Ends the datagram being filled; says whether any waits. */
    boolean flush() {
        if (filling != null) {
            ready.add(filling.flip());
            filling = null;
        }
        return !ready.isEmpty();
    }

    @Nullable
    ByteBuffer poll() {
        return ready.poll();
    }

    private static int uint16(byte[] b, int at) {
        return (b[at] & 0xFF) << 8 | (b[at + 1] & 0xFF);
    }

    private static int uint24(byte[] b, int at) {
        return (b[at] & 0xFF) << 16 | uint16(b, at + 1);
    }
}
