package io.spillway.sfu.dtls;

import io.spillway.sfu.DropReason;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A connection whose handshake is done. WebRTC has no data in DTLS records but a data channel's, which Spillway does not offer, so three things are left to do: send the last flight again to
 * a peer that missed it (RFC 6347 §4.2.4), hear the peer's goodbye and say ours (RFC 5246 §7.2.1). A few hundred bytes do for that, where the library keeps all that the handshake was made of.
 */
public final class Established {

    /** Sends a datagram; the buffer is borrowed for the call. */
    @FunctionalInterface
    public interface Wire {
        void send(ByteBuffer buffer, int offset, int length);
    }

    private static final int CHANGE_CIPHER_SPEC_TYPE = 20;
    private static final int ALERT_TYPE = 21;
    private static final int FINISHED = 20;
    private static final byte WARNING = 1;
    private static final byte FATAL = 2;
    private static final byte CLOSE_NOTIFY = 0;
    private static final int EPOCH = 1;
    private static final int CHANGE_CIPHER_SPEC_BYTES = RecordGuard.RECORD_HEADER_BYTES + 1;
    private static final long SEQUENCE_MASK = (1L << 48) - 1;

    private final RecordKey ours;
    private final RecordKey peers;

    /** Our Finished message; null where the last flight was the peer's. */
    private final byte @Nullable [] finished;

    private long nextPlain;
    private long nextSealed;
    private long newestRead = -1;
    private boolean ended;

    /**
     * @param ours what our records are sealed with
     * @param peers what the peer's are
     * @param nextPlain sequence number of our next record in the clear
     * @param nextSealed of our next encrypted one
     * @param finished the newest encrypted record that we sent, from its header on, where ours was the last flight; else null
     */
    public Established(
            RecordKey ours, RecordKey peers, long nextPlain, long nextSealed, @Nullable ByteBuffer finished) {
        this.ours = ours;
        this.peers = peers;
        this.nextPlain = nextPlain;
        this.nextSealed = nextSealed;
        this.finished = finished == null ? null : ours.open(finished, 0);
        if (finished != null && this.finished == null) {
            throw new IllegalArgumentException("the record with our Finished is not of our key");
        }
    }

    /** Takes a datagram; gives why it was dropped, or null. */
    @Nullable
    DropReason receive(ByteBuffer in, int offset, int length, Wire out) {
        if (!RecordGuard.areRecords(in, offset, offset + length)) {
            return DropReason.MALFORMED_DTLS;
        }
        boolean repeat = false;
        for (int at = offset; at < offset + length && !ended; at = RecordGuard.end(in, at)) {
            repeat |= read(in, at);
        }
        if (repeat) {
            sendLastFlight(out);
        }
        return null;
    }

    /** Whether the peer closed or broke the connection. */
    boolean isEnded() {
        return ended;
    }

    /** Tells the peer that we are gone. */
    void close(Wire out) {
        byte[] goodbye = ours.seal(ALERT_TYPE, nextSealed++, new byte[] {WARNING, CLOSE_NOTIFY});
        out.send(ByteBuffer.wrap(goodbye), 0, goodbye.length);
    }

    /** Reads one record; says whether it shows that the peer missed our last flight. */
    private boolean read(ByteBuffer in, int at) {
        if ((in.getShort(at + 3) & 0xFFFF) != EPOCH) {
            // Of the handshake, and in the clear: anyone can send it.
            return false;
        }
        long sequence = in.getLong(at + 3) & SEQUENCE_MASK;
        byte[] plain = sequence <= newestRead ? null : peers.open(in, at);
        if (plain == null) {
            return false;
        }
        newestRead = sequence;
        int type = in.get(at) & 0xFF;
        if (type == ALERT_TYPE && plain.length >= 2) {
            ended = plain[0] == FATAL || plain[1] == CLOSE_NOTIFY;
        }
        return type == RecordGuard.HANDSHAKE_TYPE && plain.length > 0 && plain[0] == FINISHED;
    }

    /** The same messages in new records. */
    private void sendLastFlight(Wire out) {
        byte[] message = finished;
        if (message == null) {
            return;
        }
        byte[] record = ours.seal(RecordGuard.HANDSHAKE_TYPE, nextSealed++, message);
        ByteBuffer flight = ByteBuffer.allocate(CHANGE_CIPHER_SPEC_BYTES + record.length);
        flight.put((byte) CHANGE_CIPHER_SPEC_TYPE)
                .putShort(RecordKey.VERSION)
                .putLong(nextPlain++)
                .putShort((short) 1)
                .put((byte) 1)
                .put(record);
        out.send(flight, 0, flight.limit());
    }
}
