package io.spillway.sfu.transport;

import io.spillway.media.memory.Poison;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.dtls.DtlsFailure;
import io.spillway.sfu.dtls.DtlsSession;
import io.spillway.sfu.ice.IceCredentials;
import io.spillway.sfu.ice.IceLite;
import io.spillway.sfu.ice.StunMessage;
import io.spillway.sfu.loop.DatagramSink;
import io.spillway.sfu.loop.LoopExecutor;
import io.spillway.sfu.sdp.DtlsRole;
import io.spillway.sfu.srtp.Refusal;
import io.spillway.sfu.srtp.SrtpKeyPair;
import io.spillway.sfu.srtp.SrtpProfile;
import io.spillway.sfu.srtp.SrtpReceiver;
import io.spillway.sfu.srtp.SrtpSender;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One session's ICE-lite, DTLS and SRTP, fed datagrams and time by the loop that owns it.
 *
 * <p>What comes from an address that passed no check is dropped before any cryptography. Sending goes to the selected address, and ends when consent does (RFC 7675).
 */
public final class Transport implements MediaSink {

    /** No deadline. */
    public static final long NEVER = Long.MAX_VALUE;

    /** From the answer to working keys: bounds what a stranger's half-open sessions can hold. */
    public static final long MAX_SETUP_NS = 30_000_000_000L;

    /** RFC 7675 §5.1. */
    public static final long CONSENT_NS = 30_000_000_000L;

    /** Longest RTP packet sent, one Ethernet frame; peers send 1200 or so. */
    public static final int MAX_RTP_BYTES = 1500;

    /** What the session's owner hears, always on the loop. Buffers are borrowed for the call. */
    public interface Listener {

        /** Keys are there: media flows both ways from now on. */
        void onConnected(long nowNs);

        /** An authentic RTP packet, decrypted. */
        void onRtp(ByteBuffer plain, int offset, int length, long nowNs);

        /** An authentic RTCP datagram, decrypted. */
        void onRtcp(ByteBuffer plain, int offset, int length, long nowNs);

        /** A check had the credentials of {@link Transport#restart}: those of before hold no more. */
        void onRestarted(long nowNs);

        /** The transport ended by itself; not called for {@link #close}. */
        void onClosed(CloseReason reason, long nowNs);

        /** {@link Transport#nextDeadlineNs} may be nearer than it was, before the keys were there. */
        void onDeadlineMoved();
    }

    /** Which transport an address belongs to, and a user fragment of ours; kept by {@link Demux}. */
    interface AddressBook {
        void bind(InetSocketAddress address, Transport transport);

        void unbind(InetSocketAddress address, Transport transport);

        void name(String ufrag, Transport transport);

        void unname(String ufrag, Transport transport);
    }

    private static final AddressBook NO_BOOK = new AddressBook() {
        @Override
        public void bind(InetSocketAddress address, Transport transport) {}

        @Override
        public void unbind(InetSocketAddress address, Transport transport) {}

        @Override
        public void name(String ufrag, Transport transport) {}

        @Override
        public void unname(String ufrag, Transport transport) {}
    };

    private final TransportConfig config;
    private final TransportServices services;
    private final Listener listener;
    private final IceLite ice;
    private final DtlsSession dtls;
    private final EarlyMedia early;
    private final long createdNs;
    private AddressBook book = NO_BOOK;
    private @Nullable SrtpReceiver receiver;
    private @Nullable SrtpSender sender;
    private @Nullable SrtpProfile profile;
    private long lastMediaNs;
    private long nowNs;
    private boolean closed;
    private @Nullable CheckRefusal lastRefusal;

    /** @param loop that owns the session */
    public Transport(
            TransportConfig config, TransportServices services, LoopExecutor loop, Listener listener, long nowNs) {
        this.config = config;
        this.services = services;
        this.listener = listener;
        this.createdNs = nowNs;
        this.lastMediaNs = nowNs;
        this.nowNs = nowNs;
        this.ice = new IceLite(config.ice(), services.buffers().stunAnswer, new IceOutput());
        this.dtls = new DtlsSession(
                services.identity().engine(config.role(), config.peer(), config.profiles()),
                services.handshakes(),
                task -> loop.execute(thenNs -> {
                    this.nowNs = thenNs;
                    task.accept(thenNs);
                    listener.onDeadlineMoved();
                }),
                new DtlsOutput());
        this.early = new EarlyMedia(services.buffers().early);
    }

    // --- input

    // Each gives why a datagram was dropped, or null; drops are counted by whoever is told.

    @Nullable
    DropReason onStun(StunMessage message, InetSocketAddress from, long nowNs) {
        this.nowNs = nowNs;
        if (closed) {
            return DropReason.NOT_CONNECTED;
        }
        DropReason drop = ice.onMessage(message, from, nowNs);
        if (drop != null) {
            lastRefusal = new CheckRefusal(drop, from);
        }
        if (drop == null && config.role() == DtlsRole.CLIENT && ice.selected() != null) {
            // Again with every check until a place is free.
            dtls.start(nowNs);
            listener.onDeadlineMoved();
        }
        return drop;
    }

    @Nullable
    DropReason onDtls(ByteBuffer buffer, int offset, int length, InetSocketAddress from, long nowNs) {
        this.nowNs = nowNs;
        if (closed) {
            return DropReason.NOT_CONNECTED;
        }
        if (!ice.isValid(from)) {
            return DropReason.DTLS_BEFORE_ICE;
        }
        DropReason drop = dtls.onDatagram(buffer, offset, length, nowNs);
        listener.onDeadlineMoved();
        return drop;
    }

    @Nullable
    DropReason onRtp(ByteBuffer buffer, int offset, int length, InetSocketAddress from, long nowNs) {
        if (!ice.isValid(from)) {
            return DropReason.UNKNOWN_ADDRESS;
        }
        SrtpReceiver open = receiver;
        if (open == null || closed) {
            return keepEarly(buffer, offset, length);
        }
        return openRtp(open, buffer, offset, length, nowNs);
    }

    private @Nullable DropReason openRtp(SrtpReceiver open, ByteBuffer buffer, int offset, int length, long nowNs) {
        ByteBuffer plain = services.buffers().plain;
        int plainLength = open.unprotectRtp(buffer, offset, length, plain);
        if (Refusal.is(plainLength)) {
            return Refusal.reason(plainLength);
        }
        lastMediaNs = nowNs;
        listener.onRtp(plain, 0, plainLength, nowNs);
        assert Poison.over(plain, 0, plain.capacity());
        return null;
    }

    @Nullable
    DropReason onRtcp(ByteBuffer buffer, int offset, int length, InetSocketAddress from, long nowNs) {
        if (!ice.isValid(from)) {
            return DropReason.UNKNOWN_ADDRESS;
        }
        SrtpReceiver open = receiver;
        if (open == null || closed) {
            return keepEarly(buffer, offset, length);
        }
        return openRtcp(open, buffer, offset, length, nowNs);
    }

    private @Nullable DropReason openRtcp(SrtpReceiver open, ByteBuffer buffer, int offset, int length, long nowNs) {
        ByteBuffer plain = services.buffers().plain;
        int plainLength = open.unprotectRtcp(buffer, offset, length, plain);
        if (Refusal.is(plainLength)) {
            return Refusal.reason(plainLength);
        }
        lastMediaNs = nowNs;
        listener.onRtcp(plain, 0, plainLength, nowNs);
        assert Poison.over(plain, 0, plain.capacity());
        return null;
    }

    private @Nullable DropReason keepEarly(ByteBuffer buffer, int offset, int length) {
        boolean kept = dtls.isHandshaking() && config.mediaIsConsent() && early.keep(buffer, offset, length);
        return kept ? null : DropReason.SRTP_BEFORE_DTLS;
    }

    /** Takes what came before the keys as if it came now. */
    private void openEarly(SrtpReceiver open) {
        for (ByteBuffer datagram = early.poll(); datagram != null && !closed; datagram = early.poll()) {
            boolean control = Protocol.of(datagram, 0, datagram.limit()) == Protocol.RTCP;
            DropReason drop = control
                    ? openRtcp(open, datagram, 0, datagram.limit(), nowNs)
                    : openRtp(open, datagram, 0, datagram.limit(), nowNs);
            if (drop != null) {
                services.drops().count(drop);
            }
        }
    }

    /**
     * ICE restart (RFC 8445 §9): takes checks with new credentials beside those that hold, and instead of them from the first valid one on. Until then packets go
     * where they went; DTLS and SRTP go on untouched. A restart that is not done yet gives way to the next.
     */
    public void restart(IceCredentials credentials) {
        if (closed) {
            return;
        }
        IceCredentials replaced = ice.restart(credentials);
        if (replaced != null) {
            book.unname(replaced.ufrag(), this);
        }
        if (credentials.equals(ice.next())) {
            book.name(credentials.ufrag(), this);
        }
    }

    /** When {@link #onTimeout} is due, or {@link #NEVER}. */
    public long nextDeadlineNs() {
        if (closed) {
            return NEVER;
        }
        return Math.min(endNs(), dtls.nextDeadlineNs());
    }

    /** When the session ends unless something authentic comes. */
    private long endNs() {
        if (sender == null) {
            return createdNs + MAX_SETUP_NS;
        }
        long lastNs = ice.lastCheckNs();
        if (config.mediaIsConsent()) {
            lastNs = Math.max(lastNs, lastMediaNs);
        }
        return lastNs + CONSENT_NS;
    }

    public void onTimeout(long nowNs) {
        this.nowNs = nowNs;
        if (closed) {
            return;
        }
        if (nowNs >= endNs()) {
            end(sender == null ? CloseReason.SETUP_TIMEOUT : CloseReason.CONSENT_EXPIRED);
            return;
        }
        dtls.onTimeout(nowNs);
    }

    /** Says goodbye to the peer and ends. The listener hears nothing more. */
    public void close(long nowNs) {
        this.nowNs = nowNs;
        release();
    }

    private void end(CloseReason reason) {
        if (!closed) {
            release();
            listener.onClosed(reason, nowNs);
        }
    }

    private void release() {
        if (closed) {
            return;
        }
        dtls.close();
        closed = true;
        early.clear();
        leaveBook();
        if (receiver != null) {
            receiver.close();
        }
        if (sender != null) {
            sender.close();
        }
    }

    // --- output

    @Override
    public boolean sendRtp(
            ByteBuffer head,
            int headLength,
            int rtpHeaderLength,
            ByteBuffer payload,
            int payloadOffset,
            int payloadLength,
            long nowNs) {
        SrtpSender seal = sender;
        InetSocketAddress to = ice.selected();
        if (seal == null || to == null || closed) {
            services.drops().count(DropReason.NOT_CONNECTED);
            return false;
        }
        if (headLength + payloadLength > MAX_RTP_BYTES) {
            services.drops().count(DropReason.TOO_LARGE);
            return false;
        }
        DatagramSink out = services.out();
        int at = out.room(headLength + payloadLength + SrtpProfile.MAX_OVERHEAD_BYTES);
        int length = seal.protectRtp(
                head, headLength, rtpHeaderLength, payload, payloadOffset, payloadLength, out.memory(), at);
        out.commit(length, to);
        return true;
    }

    @Override
    public long leavesNs(long nowNs) {
        return services.out().leavesNs(nowNs);
    }

    @Override
    public boolean sendRtcp(ByteBuffer packet, int length, long nowNs) {
        SrtpSender seal = sender;
        InetSocketAddress to = ice.selected();
        if (seal == null || to == null || closed) {
            services.drops().count(DropReason.NOT_CONNECTED);
            return false;
        }
        if (length > MAX_RTP_BYTES) {
            services.drops().count(DropReason.TOO_LARGE);
            return false;
        }
        DatagramSink out = services.out();
        int at = out.room(length + SrtpProfile.MAX_OVERHEAD_BYTES);
        out.commit(seal.protectRtcp(packet, 0, length, out.memory(), at), to);
        return true;
    }

    // --- state

    /** Our user fragment, by which checks name the session; a restart's once a check had it. */
    public String ufrag() {
        return ice.local().ufrag();
    }

    /** Where packets go, or null before the first valid check. */
    public @Nullable InetSocketAddress selectedAddress() {
        return ice.selected();
    }

    /** The addresses that passed a check and are still remembered. */
    public List<InetSocketAddress> validAddresses() {
        return ice.validAddresses();
    }

    /** The last check that was refused, or null. */
    public @Nullable CheckRefusal lastRefusal() {
        return lastRefusal;
    }

    /** Whether any check passed. */
    public boolean hasPassedACheck() {
        return ice.hasPassedACheck();
    }

    /** Whether keys are there and the session has not ended. */
    public boolean isConnected() {
        return sender != null && !closed;
    }

    public boolean isClosed() {
        return closed;
    }

    /** The agreed SRTP profile, or null before the handshake is done. */
    public @Nullable SrtpProfile profile() {
        return profile;
    }

    /** Says where to note which user fragments and addresses are this session's; those it has already are noted at once. */
    void enter(AddressBook kept) {
        this.book = kept;
        kept.name(ufrag(), this);
        IceCredentials next = ice.next();
        if (next != null) {
            kept.name(next.ufrag(), this);
        }
        for (InetSocketAddress address : ice.validAddresses()) {
            kept.bind(address, this);
        }
    }

    /** Takes itself out of the book and notes nothing there any more. */
    void leaveBook() {
        book.unname(ufrag(), this);
        IceCredentials next = ice.next();
        if (next != null) {
            book.unname(next.ufrag(), this);
        }
        for (InetSocketAddress address : ice.validAddresses()) {
            book.unbind(address, this);
        }
        book = NO_BOOK;
    }

    /** Another session passed a check from this address: it is no longer ours. */
    void lose(InetSocketAddress address) {
        ice.forget(address);
    }

    private final class IceOutput implements IceLite.Output {

        @Override
        public void send(ByteBuffer buffer, int offset, int length, InetSocketAddress to) {
            services.out().send(buffer, offset, length, to);
        }

        @Override
        public void onValidated(InetSocketAddress address) {
            book.bind(address, Transport.this);
        }

        @Override
        public void onForgotten(InetSocketAddress address) {
            book.unbind(address, Transport.this);
        }

        @Override
        public void onRestarted(IceCredentials before, long nowNs) {
            book.unname(before.ufrag(), Transport.this);
            listener.onRestarted(nowNs);
        }
    }

    private final class DtlsOutput implements DtlsSession.Output {

        @Override
        public void sendDtls(ByteBuffer buffer, int offset, int length) {
            InetSocketAddress to = ice.selected();
            if (to != null) {
                services.out().send(buffer, offset, length, to);
            }
        }

        @Override
        public void onKeys(SrtpKeyPair keys) {
            SrtpReceiver open = new SrtpReceiver(services.srtp(), keys.remote());
            receiver = open;
            sender = new SrtpSender(services.srtp(), keys.local());
            profile = keys.profile();
            lastMediaNs = nowNs;
            listener.onConnected(nowNs);
            openEarly(open);
        }

        @Override
        public void onHandshakeFailed(DtlsFailure.Reason reason) {
            end(
                    switch (reason) {
                        case FINGERPRINT_MISMATCH -> CloseReason.FINGERPRINT_MISMATCH;
                        case REFUSED -> CloseReason.HANDSHAKE_REFUSED;
                        case TIMEOUT -> CloseReason.HANDSHAKE_TIMEOUT;
                    });
        }

        @Override
        public void onPeerClosed() {
            end(CloseReason.PEER_CLOSED);
        }
    }
}
