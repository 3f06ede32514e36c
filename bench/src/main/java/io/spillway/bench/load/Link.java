package io.spillway.bench.load;

import io.spillway.bench.linux.UdpPort;
import io.spillway.sfu.dtls.DtlsFailure;
import io.spillway.sfu.dtls.DtlsSession;
import io.spillway.sfu.ice.IceCredentials;
import io.spillway.sfu.sdp.DtlsRole;
import io.spillway.sfu.srtp.Refusal;
import io.spillway.sfu.srtp.SrtpKeyPair;
import io.spillway.sfu.srtp.SrtpProfile;
import io.spillway.sfu.srtp.SrtpReceiver;
import io.spillway.sfu.srtp.SrtpSender;
import java.nio.ByteBuffer;
import javax.crypto.Mac;
import org.jspecify.annotations.Nullable;

/** One peer's transport: ICE in the controlling role, DTLS in either role, SRTP keys. Loop thread only. */
final class Link implements DtlsSession.Output {

    /** RFC 8445 §14.3 with a steady pace. */
    private static final long CHECK_NS = 250_000_000L;

    private static final int HOST_PRIORITY = 0x7E_00_00_FF;

    /** What the link's owner hears. */
    interface Listener {

        void onConnected(long nowNs);

        void onClosed(String why);
    }

    private final LoadLoop loop;
    private final UdpPort port;
    private final int local;
    private final Answer answer;
    private final Listener listener;
    private final Mac ownKey;
    private final Mac serverKey;
    private final String username;
    private final long tieBreaker;
    private final DtlsSession dtls;

    private long checks;
    private long nextCheckNs;
    private boolean answered;
    private boolean closed;
    private @Nullable SrtpReceiver receiver;
    private @Nullable SrtpSender sender;

    Link(LoadLoop loop, UdpPort port, int local, IceCredentials own, Answer answer, Listener listener) {
        this.loop = loop;
        this.port = port;
        this.local = local;
        this.answer = answer;
        this.listener = listener;
        this.ownKey = Stun.key(own.pwd());
        this.serverKey = Stun.key(answer.ice().pwd());
        this.username = answer.ice().ufrag() + ":" + own.ufrag();
        this.tieBreaker = loop.random().nextLong();
        this.dtls = new DtlsSession(
                loop.identity().engine(answer.role(), answer.certificate(), SrtpProfile.preference()),
                loop.handshakes(),
                task -> loop.execute(() -> task.accept(System.nanoTime())),
                this);
    }

    boolean isConnected() {
        return sender != null;
    }

    boolean isClosed() {
        return closed;
    }

    /** Checks again and resends flights, until connected. */
    void onTimer(long nowNs) {
        if (!closed && nowNs >= nextCheckNs && !answered) {
            check(nowNs);
        }
        if (!closed && answered && !isConnected()) {
            if (answer.role() == DtlsRole.CLIENT) {
                dtls.start(nowNs);
            }
            if (nowNs >= dtls.nextDeadlineNs()) {
                dtls.onTimeout(nowNs);
            }
        }
    }

    /** One nominating check, which is also consent (RFC 7675). */
    void check(long nowNs) {
        nextCheckNs = nowNs + CHECK_NS;
        int length = loop.stun().check(++checks, username, HOST_PRIORITY, tieBreaker, serverKey);
        send(loop.stun().buffer(), 0, length);
    }

    /** Takes STUN or DTLS. */
    void onControl(ByteBuffer buffer, int offset, int length, int from, int fromPort, long nowNs) {
        if ((buffer.get(offset) & 0xFF) >= 20) {
            dtls.onDatagram(buffer, offset, length, nowNs);
        } else if (Stun.isSuccess(buffer, offset, length)) {
            if (!answered) {
                answered = true;
                if (answer.role() == DtlsRole.CLIENT) {
                    dtls.start(nowNs);
                }
            }
        } else if (Stun.isRequest(buffer, offset, length)) {
            int answerLength = loop.stun().answer(buffer, offset, from, fromPort, ownKey);
            port.queue(loop.stun().buffer(), 0, answerLength, local, from, fromPort);
        }
    }

    /** Verifies and decrypts RTP into {@code plain}; below 0 when it was refused. */
    int openRtp(ByteBuffer buffer, int offset, int length, ByteBuffer plain) {
        return receiver == null ? -1 : receiver.unprotectRtp(buffer, offset, length, plain);
    }

    /** As {@link #openRtp}. */
    int openRtcp(ByteBuffer buffer, int offset, int length, ByteBuffer plain) {
        return receiver == null ? -1 : receiver.unprotectRtcp(buffer, offset, length, plain);
    }

    static boolean isRefused(int opened) {
        return Refusal.is(opened);
    }

    /** Seals a whole plain RTP packet into the port's queue; gives where its bytes lie in the port's buffer, or -1 before it is connected. */
    int sendRtp(ByteBuffer packet, int headerLength, int length) {
        if (sender == null) {
            return -1;
        }
        int slot = port.slot();
        int sealed = sender.protectRtp(
                packet,
                headerLength,
                headerLength,
                packet,
                headerLength,
                length - headerLength,
                port.sendBuffer(),
                slot);
        queue(sealed);
        return sealed;
    }

    void sendRtcp(ByteBuffer packet, int length) {
        if (sender != null) {
            queue(sender.protectRtcp(packet, 0, length, port.sendBuffer(), port.slot()));
        }
    }

    /** Sends what lies in the port's queue slot. */
    void queue(int length) {
        port.queue(length, local, answer.address(), answer.port());
    }

    void send(ByteBuffer bytes, int offset, int length) {
        port.queue(bytes, offset, length, local, answer.address(), answer.port());
    }

    /** Says goodbye and frees the keys. */
    void close() {
        if (closed) {
            return;
        }
        closed = true;
        dtls.close();
        if (receiver != null) {
            receiver.close();
            receiver = null;
        }
        if (sender != null) {
            sender.close();
            sender = null;
        }
    }

    @Override
    public void sendDtls(ByteBuffer buffer, int offset, int length) {
        send(buffer, offset, length);
    }

    @Override
    public void onKeys(SrtpKeyPair keys) {
        receiver = new SrtpReceiver(loop.srtp(), keys.remote());
        sender = new SrtpSender(loop.srtp(), keys.local());
        listener.onConnected(System.nanoTime());
    }

    @Override
    public void onHandshakeFailed(DtlsFailure.Reason reason) {
        listener.onClosed("DTLS handshake: " + reason);
    }

    @Override
    public void onPeerClosed() {
        listener.onClosed("the server closed the session");
    }
}
