package io.spillway.sfu.transport;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a passer-by reads of DTLS 1.2 handshakes: the records before encryption begins, by RFC 6347 §4 and RFC 5246 §7.4 rather than by our library.
 *
 * <pre>
 * record     type(1) version(2) epoch(2) sequence(6) length(2)
 * handshake  type(1) length(3) message(2) fragment offset(3) fragment length(3)
 * </pre>
 */
final class DtlsOnTheWire {

    static final int EXTENDED_MASTER_SECRET = 23;
    static final int USE_SRTP = 14;

    private static final int HANDSHAKE_RECORD = 22;
    private static final int RECORD_HEADER_BYTES = 13;
    private static final int MESSAGE_HEADER_BYTES = 12;
    private static final int SERVER_HELLO = 2;
    private static final int CERTIFICATE = 11;
    private static final int SERVER_KEY_EXCHANGE = 12;
    private static final int RANDOM_BYTES = 32;
    private static final int NAMED_CURVE = 3;

    /** Record versions seen; 0xFEFD is DTLS 1.2. */
    final List<Integer> recordVersions = new ArrayList<>();

    /** What the server chose. */
    int version;

    int cipherSuite;
    int namedGroup;
    final Map<Integer, ByteBuffer> serverExtensions = new TreeMap<>();

    /** The first certificate of each side, the server's first. */
    final List<X509Certificate> certificates = new ArrayList<>();

    /** Reads a datagram on its way; others than handshakes in the clear are passed over. */
    void read(ByteBuffer datagram) {
        int at = 0;
        while (datagram.limit() - at >= RECORD_HEADER_BYTES && datagram.get(at) >= 20 && datagram.get(at) <= 25) {
            int length = datagram.getShort(at + 11) & 0xFFFF;
            boolean clear = datagram.getShort(at + 3) == 0;
            if (datagram.get(at) == HANDSHAKE_RECORD && clear) {
                recordVersions.add(datagram.getShort(at + 1) & 0xFFFF);
                readMessage(datagram.slice(at + RECORD_HEADER_BYTES, length));
            }
            at += RECORD_HEADER_BYTES + length;
        }
    }

    private void readMessage(ByteBuffer record) {
        int length = medium(record, 1);
        if (length != medium(record, 9)) {
            throw new AssertionError("this reader takes whole messages only, and all ours fit a datagram");
        }
        ByteBuffer body = record.slice(MESSAGE_HEADER_BYTES, length);
        switch (record.get(0)) {
            case SERVER_HELLO -> readServerHello(body);
            case CERTIFICATE -> readCertificate(body);
            case SERVER_KEY_EXCHANGE -> {
                if (body.get(0) != NAMED_CURVE) {
                    throw new AssertionError("no named group");
                }
                namedGroup = body.getShort(1) & 0xFFFF;
            }
            default -> {}
        }
    }

    private void readServerHello(ByteBuffer body) {
        version = body.getShort(0) & 0xFFFF;
        int at = Short.BYTES + RANDOM_BYTES;
        at += 1 + body.get(at);
        cipherSuite = body.getShort(at) & 0xFFFF;
        at += Short.BYTES + 1;
        int end = at + Short.BYTES + (body.getShort(at) & 0xFFFF);
        for (at += Short.BYTES; at < end; ) {
            int length = body.getShort(at + 2) & 0xFFFF;
            serverExtensions.put(body.getShort(at) & 0xFFFF, body.slice(at + 4, length));
            at += 4 + length;
        }
    }

    private void readCertificate(ByteBuffer body) {
        byte[] der = new byte[medium(body, 3)];
        body.get(6, der);
        try {
            certificates.add((X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der)));
        } catch (CertificateException unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    private static int medium(ByteBuffer from, int at) {
        return (from.get(at) & 0xFF) << 16 | (from.getShort(at + 1) & 0xFFFF);
    }

    @Nullable
    ByteBuffer serverExtension(int type) {
        return serverExtensions.get(type);
    }
}
