package io.spillway.sfu.dtls;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a client's change of cipher back until its whole plain flight is there. bctls changes the epoch as soon as it sees the change, and from then on reads no plain record: a CertificateVerify that
 * was lost or overtaken could never come in again. Sees only datagrams that {@link RecordGuard} admitted, which bounds what it remembers.
 */
final class EpochGate {

    private static final int CHANGE_CIPHER_SPEC = 20;
    private static final int CERTIFICATE_VERIFY = 15;

    /** One flight's end, sent four times over. */
    private static final int MAX_HELD = 4;

    /** Which bytes of each message came, by message number; null while none did. */
    private final @Nullable BitSet[] covered = new BitSet[RecordGuard.MAX_MESSAGES];

    private final int[] lengths = new int[RecordGuard.MAX_MESSAGES];
    private final ArrayDeque<ByteBuffer> held = new ArrayDeque<>();
    private int lastMessage = Integer.MAX_VALUE;
    private boolean open;

    /** @param open whether nothing need be held: the client's side, where the server's flights do not straddle an epoch */
    EpochGate(boolean open) {
        this.open = open;
    }

    /** Puts into {@code inbox} what the library may have now. */
    void pass(ByteBuffer datagram, Queue<ByteBuffer> inbox) {
        if (open) {
            inbox.add(datagram);
            return;
        }
        int split = note(datagram);
        open = isComplete();
        if (open) {
            inbox.add(datagram);
            inbox.addAll(held);
            held.clear();
            return;
        }
        if (split > 0) {
            inbox.add(part(datagram, 0, split));
        }
        if (split < datagram.limit() && held.size() < MAX_HELD) {
            held.add(part(datagram, split, datagram.limit()));
        }
    }

    private static ByteBuffer part(ByteBuffer datagram, int from, int to) {
        return from == 0 && to == datagram.limit() ? datagram : datagram.slice(from, to - from);
    }

    /** Remembers the plain messages; gives where the first record of the next epoch begins, or the limit. */
    private int note(ByteBuffer datagram) {
        int split = datagram.limit();
        int at = 0;
        while (at < datagram.limit()) {
            int type = datagram.get(at) & 0xFF;
            int epoch = datagram.getShort(at + 3) & 0xFFFF;
            int end = at + RecordGuard.RECORD_HEADER_BYTES + (datagram.getShort(at + 11) & 0xFFFF);
            if (type == CHANGE_CIPHER_SPEC || epoch > 0) {
                split = Math.min(split, at);
            } else if (type == RecordGuard.HANDSHAKE_TYPE) {
                noteMessages(datagram, at + RecordGuard.RECORD_HEADER_BYTES, end);
            }
            at = end;
        }
        return split;
    }

    private void noteMessages(ByteBuffer datagram, int from, int end) {
        int at = from;
        while (at < end) {
            int type = datagram.get(at) & 0xFF;
            int length = datagram.getInt(at) & 0xFFFFFF;
            int sequence = datagram.getShort(at + 4) & 0xFFFF;
            int offset = datagram.getInt(at + 5) & 0xFFFFFF;
            int fragmentLength = datagram.getInt(at + 8) & 0xFFFFFF;
            BitSet bytes = covered[sequence];
            if (bytes == null) {
                bytes = new BitSet();
                covered[sequence] = bytes;
                lengths[sequence] = length;
            }
            bytes.set(Math.min(offset, length), Math.min(offset + fragmentLength, length));
            if (type == CERTIFICATE_VERIFY) {
                lastMessage = sequence;
            }
            at += RecordGuard.MESSAGE_HEADER_BYTES + fragmentLength;
        }
    }

    private boolean isComplete() {
        if (lastMessage == Integer.MAX_VALUE) {
            return false;
        }
        for (int i = 0; i <= lastMessage; i++) {
            BitSet bytes = covered[i];
            if (bytes == null || bytes.cardinality() < lengths[i]) {
                return false;
            }
        }
        return true;
    }
}
