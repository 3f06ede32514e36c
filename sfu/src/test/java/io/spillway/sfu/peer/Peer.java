package io.spillway.sfu.peer;

import io.spillway.sfu.dtls.DtlsFailure;
import io.spillway.sfu.dtls.DtlsIdentity;
import io.spillway.sfu.dtls.DtlsSession;
import io.spillway.sfu.dtls.HandshakeRunner;
import io.spillway.sfu.ice.IceCredentials;
import io.spillway.sfu.ice.StunKey;
import io.spillway.sfu.ice.StunMessage;
import io.spillway.sfu.ice.StunWriter;
import io.spillway.sfu.loop.DatagramSink;
import io.spillway.sfu.loop.LoopExecutor;
import io.spillway.sfu.sdp.DtlsRole;
import io.spillway.sfu.srtp.Refusal;
import io.spillway.sfu.srtp.SrtpKeyPair;
import io.spillway.sfu.srtp.SrtpProfile;
import io.spillway.sfu.srtp.SrtpProvider;
import io.spillway.sfu.srtp.SrtpReceiver;
import io.spillway.sfu.srtp.SrtpSender;
import io.spillway.sfu.transport.MediaSink;
import io.spillway.testkit.SimNet;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One client, sans-IO: checks and nominates the server's only candidate, handshakes, and exchanges SRTP. */
public final class Peer implements SimNet.Node, MediaSink {

    /** RFC 8445 §14.2, without its growth: loss in tests is high. */
    private static final long CHECK_NS = 50_000_000;

    /** RFC 7675 §5.1, without its spread. */
    private static final long CONSENT_CHECK_NS = 5_000_000_000L;

    private static final int HOST_PRIORITY = 0x7E_00_00_FF;
    private static final int BUFFER_BYTES = 2048;
    private static final int MAX_EARLY = 256;

    /** What the peer's owner hears. Buffers are borrowed for the call. */
    public interface Listener {
        default void onConnected(long nowNs) {}

        default void onRtp(ByteBuffer plain, int offset, int length, long nowNs) {}

        default void onRtcp(ByteBuffer plain, int offset, int length, long nowNs) {}

        default void onFailed(DtlsFailure.Reason reason) {}

        default void onServerClosed() {}
    }

    private final PeerConfig config;
    private final SrtpProvider srtp;
    private final DatagramSink out;
    private final Listener listener;
    private final RandomGenerator random;
    private final DtlsSession dtls;
    private IceCredentials local;
    private IceCredentials remote;
    private StunKey serverKey;
    private final StunMessage stun = new StunMessage();
    private final StunWriter writer = new StunWriter();
    private final ByteBuffer plain = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final ByteBuffer sealed = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final long tieBreaker;

    private final List<ByteBuffer> early = new ArrayList<>();
    private long nextCheckNs;
    private boolean checking = true;
    private int checksAnswered;
    private int srtpRefused;
    private @Nullable InetSocketAddress mappedAddress;
    private @Nullable SrtpReceiver receiver;
    private @Nullable SrtpSender sender;
    private @Nullable SrtpProfile profile;
    private long nowNs;

    public Peer(
            PeerConfig config,
            DtlsIdentity identity,
            HandshakeRunner handshakes,
            SrtpProvider srtp,
            LoopExecutor loop,
            DatagramSink out,
            Listener listener,
            RandomGenerator random,
            long nowNs) {
        this.config = config;
        this.srtp = srtp;
        this.out = out;
        this.listener = listener;
        this.random = random;
        this.nowNs = nowNs;
        this.nextCheckNs = nowNs;
        this.tieBreaker = random.nextLong();
        this.local = config.local();
        this.remote = config.remote();
        this.serverKey = new StunKey(remote.pwd());
        this.dtls = new DtlsSession(
                identity.engine(config.role(), config.certificate(), config.profiles()),
                handshakes,
                task -> loop.execute(thenNs -> {
                    this.nowNs = thenNs;
                    task.accept(thenNs);
                }),
                new DtlsOutput());
    }

    @Override
    public void onDatagram(ByteBuffer datagram, InetSocketAddress from, long nowNs) {
        this.nowNs = nowNs;
        int length = datagram.limit();
        int first = length < 2 ? -1 : datagram.get(0) & 0xFF;
        if (first < 4) {
            onStun(datagram, length);
        } else if (first < 64) {
            dtls.onDatagram(datagram, 0, length, nowNs);
        } else if (receiver == null) {
            // Overtook the server's last flight; tests that count packets want them all.
            if (early.size() < MAX_EARLY) {
                early.add(datagram);
            }
        } else {
            int second = datagram.get(1) & 0xFF;
            boolean rtcp = second >= 192 && second <= 223;
            int n = rtcp
                    ? receiver.unprotectRtcp(datagram, 0, length, plain)
                    : receiver.unprotectRtp(datagram, 0, length, plain);
            if (Refusal.is(n)) {
                srtpRefused++;
            } else if (rtcp) {
                listener.onRtcp(plain, 0, n, nowNs);
            } else {
                listener.onRtp(plain, 0, n, nowNs);
            }
        }
    }

    private void onStun(ByteBuffer datagram, int length) {
        if (!stun.wrap(datagram, 0, length) || !serverKey.signed(stun) || !stun.isBindingSuccess()) {
            return;
        }
        checksAnswered++;
        mappedAddress = stun.mappedAddress();
        nextCheckNs = nowNs + CONSENT_CHECK_NS;
        if (config.role() == DtlsRole.CLIENT) {
            dtls.start(nowNs);
        }
    }

    @Override
    public long nextDeadlineNs() {
        return Math.min(checking ? nextCheckNs : SimNet.NEVER, dtls.nextDeadlineNs());
    }

    @Override
    public void onTimeout(long nowNs) {
        this.nowNs = nowNs;
        if (checking && nowNs >= nextCheckNs) {
            nextCheckNs = nowNs + CHECK_NS;
            check();
        }
        dtls.onTimeout(nowNs);
    }

    /** Sends one nominating check now. */
    public void check() {
        byte[] transactionId = new byte[12];
        random.nextBytes(transactionId);
        int length = writer.request(transactionId)
                .username(remote.ufrag() + ":" + local.ufrag())
                .priority(HOST_PRIORITY)
                .controlling(tieBreaker)
                .useCandidate()
                .finish(serverKey);
        out.send(writer.buffer(), 0, length, config.server());
    }

    /** ICE restart: checks with new credentials from now on. */
    public void restart(IceCredentials newLocal, IceCredentials newRemote) {
        local = newLocal;
        remote = newRemote;
        serverKey = new StunKey(newRemote.pwd());
        check();
    }

    /** The server's credentials that it checks with. */
    public IceCredentials remote() {
        return remote;
    }

    /** Its own credentials. */
    public IceCredentials local() {
        return local;
    }

    /** Checks no more, as FFmpeg 8.0 once it sends. */
    public void stopChecking() {
        checking = false;
    }

    @Override
    public boolean sendRtp(
            ByteBuffer head,
            int headLength,
            int rtpHeaderLength,
            ByteBuffer payload,
            int payloadOffset,
            int payloadLength,
            long nowNs) {
        if (sender == null) {
            return false;
        }
        int length =
                sender.protectRtp(head, headLength, rtpHeaderLength, payload, payloadOffset, payloadLength, sealed, 0);
        out.send(sealed, 0, length, config.server());
        return true;
    }

    @Override
    public boolean sendRtcp(ByteBuffer packet, int length, long nowNs) {
        if (sender == null) {
            return false;
        }
        int protectedLength = sender.protectRtcp(packet, 0, length, sealed, 0);
        out.send(sealed, 0, protectedLength, config.server());
        return true;
    }

    /** Sends a whole plain RTP packet, header first. */
    public boolean sendRtp(ByteBuffer packet, int headerLength, int length, long nowNs) {
        return sendRtp(packet, headerLength, headerLength, packet, headerLength, length - headerLength, nowNs);
    }

    /** Says goodbye. */
    public void close() {
        dtls.close();
        checking = false;
    }

    public boolean isConnected() {
        return sender != null;
    }

    public @Nullable SrtpProfile profile() {
        return profile;
    }

    public int checksAnswered() {
        return checksAnswered;
    }

    /** Where the server saw us, by its last answer. */
    public @Nullable InetSocketAddress mappedAddress() {
        return mappedAddress;
    }

    /** Packets from the server that were forged, repeated or malformed. */
    public int srtpRefused() {
        return srtpRefused;
    }

    private final class DtlsOutput implements DtlsSession.Output {

        @Override
        public void sendDtls(ByteBuffer buffer, int offset, int length) {
            out.send(buffer, offset, length, config.server());
        }

        @Override
        public void onKeys(SrtpKeyPair keys) {
            receiver = new SrtpReceiver(srtp, keys.remote());
            sender = new SrtpSender(srtp, keys.local());
            profile = keys.profile();
            listener.onConnected(nowNs);
            early.forEach(datagram -> onDatagram(datagram, config.server(), nowNs));
            early.clear();
        }

        @Override
        public void onHandshakeFailed(DtlsFailure.Reason reason) {
            listener.onFailed(reason);
        }

        @Override
        public void onPeerClosed() {
            listener.onServerClosed();
        }
    }
}
