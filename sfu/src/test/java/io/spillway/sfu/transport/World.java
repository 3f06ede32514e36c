package io.spillway.sfu.transport;

import io.spillway.sfu.DropCounters;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.dtls.DtlsFailure;
import io.spillway.sfu.dtls.DtlsIdentity;
import io.spillway.sfu.dtls.HandshakeRunner;
import io.spillway.sfu.dtls.PinnedCertificate;
import io.spillway.sfu.dtls.bc.BcIdentity;
import io.spillway.sfu.ice.IceCredentials;
import io.spillway.sfu.loop.ImmediateSink;
import io.spillway.sfu.loop.LoopExecutor;
import io.spillway.sfu.peer.LockStepRunner;
import io.spillway.sfu.peer.Peer;
import io.spillway.sfu.peer.PeerConfig;
import io.spillway.sfu.sdp.DtlsRole;
import io.spillway.sfu.srtp.SrtpProfile;
import io.spillway.sfu.srtp.SrtpProvider;
import io.spillway.sfu.srtp.jitsi.JitsiSrtp;
import io.spillway.testkit.ManualLoop;
import io.spillway.testkit.SimNet;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A server's media port and one client, on a simulated network. */
final class World {

    static final InetSocketAddress SERVER = new InetSocketAddress("192.0.2.1", 8189);
    static final InetSocketAddress CLIENT = new InetSocketAddress("198.51.100.7", 40_000);

    private static final Instant MADE_AT = Instant.parse("2026-01-01T00:00:00Z");

    /** Keys take time to make; no test cares whose they are. */
    static final BcIdentity SERVER_IDENTITY = BcIdentity.create(new SecureRandom(), MADE_AT);

    static final BcIdentity CLIENT_IDENTITY = BcIdentity.create(new SecureRandom(), MADE_AT);

    final SimNet net;
    final ManualLoop loop = new ManualLoop();
    final Random random;
    final LoopBuffers buffers = new LoopBuffers();
    final Demux demux = new Demux(buffers, new NoStrays());
    final DropCounters drops = new DropCounters();
    final Map<DropReason, Integer> refused = new EnumMap<>(DropReason.class);
    final List<Transport> transports = new ArrayList<>();
    final SrtpProvider srtp;
    final TransportServices services;

    World(long seed) {
        this(seed, new JitsiSrtp(), new LockStepRunner());
    }

    World(long seed, SrtpProvider srtp) {
        this(seed, srtp, new LockStepRunner());
    }

    /** @param handshakes runs the server's */
    World(long seed, SrtpProvider srtp, HandshakeRunner handshakes) {
        this.net = new SimNet(seed);
        this.random = new Random(seed);
        this.srtp = srtp;
        this.services = new TransportServices(
                SERVER_IDENTITY,
                handshakes,
                srtp,
                new ImmediateSink((buffer, offset, length, to) -> net.send(SERVER, to, buffer, offset, length)),
                drops,
                buffers);
        net.pump(loop::runPending);
        net.attach(SERVER, new Port());
    }

    LoopExecutor loop() {
        return task -> loop.execute(() -> task.accept(net.nowNs()));
    }

    static PinnedCertificate pinned(BcIdentity identity) {
        return new PinnedCertificate(identity.fingerprint());
    }

    /** One session on the server and the client that belongs to it. */
    final class Session {
        final IceCredentials serverIce = IceCredentials.create(random);
        final IceCredentials clientIce = IceCredentials.create(random);
        final List<byte[]> serverRtp = new ArrayList<>();
        final List<byte[]> serverRtcp = new ArrayList<>();
        final List<byte[]> clientRtp = new ArrayList<>();
        final List<byte[]> clientRtcp = new ArrayList<>();
        final Transport transport;
        final Peer peer;
        InetSocketAddress clientAddress = CLIENT;

        @Nullable
        CloseReason closed;

        long closedNs;
        DtlsFailure.@Nullable Reason clientFailed;
        boolean serverClosed;
        int connectedCalls;

        /** When the server had keys. */
        long connectedNs;

        int restarts;

        Session(Setup setup) {
            transport = new Transport(
                    new TransportConfig(
                            serverIce,
                            setup.serverRole,
                            setup.serverExpects,
                            setup.serverProfiles,
                            setup.mediaIsConsent),
                    services,
                    loop(),
                    new ServerSide(),
                    net.nowNs());
            transports.add(transport);
            demux.register(transport);
            clientAddress = setup.clientAddress;
            peer = new Peer(
                    new PeerConfig(
                            clientIce,
                            serverIce,
                            SERVER,
                            setup.serverRole == DtlsRole.SERVER ? DtlsRole.CLIENT : DtlsRole.SERVER,
                            setup.clientExpects,
                            setup.clientProfiles),
                    setup.clientIdentity,
                    new LockStepRunner(),
                    srtp,
                    loop(),
                    new ImmediateSink(
                            (buffer, offset, length, to) -> net.send(clientAddress, to, buffer, offset, length)),
                    new ClientSide(),
                    random,
                    net.nowNs());
            net.attach(clientAddress, peer);
        }

        boolean bothConnected() {
            return transport.isConnected() && peer.isConnected();
        }

        /** The client's packets come from another address from now on, as behind a NAT that forgot. */
        void moveTo(InetSocketAddress address) {
            net.detach(clientAddress);
            clientAddress = address;
            net.attach(address, peer);
        }

        void clientSends(int ssrc, int sequence) {
            ByteBuffer packet = rtp(ssrc, sequence);
            peer.sendRtp(packet, 12, packet.capacity(), net.nowNs());
        }

        boolean serverSends(int ssrc, int sequence) {
            ByteBuffer packet = rtp(ssrc, sequence);
            return transport.sendRtp(packet, 12, 12, packet, 12, packet.capacity() - 12, net.nowNs());
        }

        private final class ServerSide implements Transport.Listener {

            @Override
            public void onDeadlineMoved() {}

            @Override
            public void onConnected(long nowNs) {
                connectedCalls++;
                connectedNs = nowNs;
            }

            @Override
            public void onRtp(ByteBuffer plain, int offset, int length, long nowNs) {
                serverRtp.add(bytes(plain, offset, length));
            }

            @Override
            public void onRtcp(ByteBuffer plain, int offset, int length, long nowNs) {
                serverRtcp.add(bytes(plain, offset, length));
            }

            @Override
            public void onRestarted(long nowNs) {
                restarts++;
            }

            @Override
            public void onClosed(CloseReason reason, long nowNs) {
                closed = reason;
                closedNs = nowNs;
                demux.remove(transport);
            }
        }

        private final class ClientSide implements Peer.Listener {

            @Override
            public void onConnected(long nowNs) {
                connectedCalls++;
            }

            @Override
            public void onRtp(ByteBuffer plain, int offset, int length, long nowNs) {
                clientRtp.add(bytes(plain, offset, length));
            }

            @Override
            public void onRtcp(ByteBuffer plain, int offset, int length, long nowNs) {
                clientRtcp.add(bytes(plain, offset, length));
            }

            @Override
            public void onFailed(DtlsFailure.Reason reason) {
                clientFailed = reason;
            }

            @Override
            public void onServerClosed() {
                serverClosed = true;
            }
        }
    }

    /** What a session is to be like; changed by each test as it needs. */
    static final class Setup {
        DtlsRole serverRole = DtlsRole.SERVER;
        PinnedCertificate serverExpects = pinned(CLIENT_IDENTITY);
        PinnedCertificate clientExpects = pinned(SERVER_IDENTITY);
        List<SrtpProfile> serverProfiles = SrtpProfile.preference();
        List<SrtpProfile> clientProfiles = SrtpProfile.preference();
        DtlsIdentity clientIdentity = CLIENT_IDENTITY;
        boolean mediaIsConsent;
        InetSocketAddress clientAddress = CLIENT;

        static Setup withServerAs(DtlsRole role) {
            Setup setup = new Setup();
            setup.serverRole = role;
            return setup;
        }
    }

    Session join(Setup setup) {
        return new Session(setup);
    }

    Session joinConnected(Setup setup) {
        Session session = join(setup);
        if (!net.runUntil(session::bothConnected, 5_000)) {
            throw new AssertionError("not connected: " + refused);
        }
        return session;
    }

    /** A datagram straight into the server's port. */
    void inject(InetSocketAddress from, ByteBuffer datagram) {
        DropReason drop = demux.onDatagram(datagram, 0, datagram.limit(), from, net.nowNs());
        if (drop != null) {
            refused.merge(drop, 1, Integer::sum);
        }
    }

    int refused(DropReason reason) {
        return refused.getOrDefault(reason, 0);
    }

    static ByteBuffer rtp(int ssrc, int sequence) {
        ByteBuffer packet = ByteBuffer.allocate(112);
        packet.put(0, (byte) 0x80).put(1, (byte) 96).putShort(2, (short) sequence);
        packet.putInt(4, sequence * 3000).putInt(8, ssrc);
        for (int i = 12; i < packet.capacity(); i++) {
            packet.put(i, (byte) (sequence + i));
        }
        return packet;
    }

    static byte[] bytes(ByteBuffer buffer, int offset, int length) {
        byte[] bytes = new byte[length];
        buffer.get(offset, bytes);
        return bytes;
    }

    private final class Port implements SimNet.Node {

        @Override
        public void onDatagram(ByteBuffer datagram, InetSocketAddress from, long nowNs) {
            inject(from, datagram);
        }

        @Override
        public long nextDeadlineNs() {
            long nextNs = SimNet.NEVER;
            for (Transport transport : transports) {
                nextNs = Math.min(nextNs, transport.nextDeadlineNs());
            }
            return nextNs;
        }

        @Override
        public void onTimeout(long nowNs) {
            for (Transport transport : List.copyOf(transports)) {
                if (transport.nextDeadlineNs() <= nowNs) {
                    transport.onTimeout(nowNs);
                }
            }
            transports.removeIf(Transport::isClosed);
        }
    }
}
