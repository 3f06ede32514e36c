package io.spillway.server;

import io.spillway.server.config.Config;
import io.spillway.server.config.ConfigException;
import io.spillway.sfu.AddressText;
import io.spillway.sfu.DropCounters;
import io.spillway.sfu.Sfu;
import io.spillway.sfu.dtls.DtlsIdentity;
import io.spillway.sfu.dtls.HandshakeRunner;
import io.spillway.sfu.dtls.VirtualThreadRunner;
import io.spillway.sfu.linux.LinuxPort;
import io.spillway.sfu.linux.LoopsFirst;
import io.spillway.sfu.loop.LoopAgent;
import io.spillway.sfu.loop.MediaPort;
import io.spillway.sfu.loop.PeerSink;
import io.spillway.sfu.netty.NettyPort;
import io.spillway.sfu.session.SfuServer;
import io.spillway.sfu.session.SfuSettings;
import io.spillway.sfu.srtp.SrtpProvider;
import io.spillway.sfu.srtp.jitsi.JitsiSrtp;
import io.spillway.sfu.srtp.openssl.OpenSslSrtp;
import io.spillway.sfu.tcp.TcpBounds;
import io.spillway.sfu.tcp.TcpPort;
import io.spillway.sfu.transport.LoopBuffers;
import io.spillway.sfu.transport.TransportServices;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The media loops, a socket each on the one port, and the SFU that lives on them. */
final class MediaPlane implements AutoCloseable {

    /** Handshakes under way at once; most of them wait for their peer. Beyond it a join retries with its next ClientHello. */
    private static final int MAX_HANDSHAKES = 1024;

    /** Handshakes ready to compute that wait for a core: half a second and more of one core's work. Beyond it whoever asks to join is told to come back. */
    private static final int MAX_QUEUED_HANDSHAKES_A_CORE = 200;

    private static final int FREE_PORT_TRIES = 16;

    private static final Logger LOG = LoggerFactory.getLogger(MediaPlane.class);

    private final Sockets sockets;
    private final SfuServer sfu;
    private final String engine;

    /** One port number: a UDP socket a loop, and TCP where it is wanted. */
    private record Sockets(List<MediaPort> udp, @Nullable TcpPort tcp) {

        void close() {
            udp.forEach(MediaPort::close);
            if (tcp != null) {
                tcp.close();
            }
        }
    }

    private MediaPlane(Sockets sockets, SfuServer sfu, String engine) {
        this.sockets = sockets;
        this.sfu = sfu;
        this.engine = engine;
    }

    /** Opens the port and starts the loops, which wait for {@code identity}. @throws StartException the port cannot be had, in a sentence @throws ConfigException nor the transport */
    static MediaPlane open(
            Config config, LiveSettings live, SecureRandom random, CompletableFuture<? extends DtlsIdentity> identity)
            throws ConfigException, StartException {
        List<DropCounters> drops =
                Stream.generate(DropCounters::new).limit(loops(config)).toList();
        Sockets sockets = sockets(config, drops, random.nextLong());
        List<MediaPort> ports = sockets.udp();
        int cores = Runtime.getRuntime().availableProcessors();
        HandshakeRunner handshakes =
                new VirtualThreadRunner(MAX_HANDSHAKES, cores, MAX_QUEUED_HANDSHAKES_A_CORE * cores);
        List<TransportServices> services = new ArrayList<>();
        for (int i = 0; i < ports.size(); i++) {
            MediaPort port = ports.get(i);
            services.add(new TransportServices(
                    identity.join(),
                    handshakes,
                    srtp(),
                    new PeerSink(port, drops.get(i)),
                    drops.get(i),
                    new LoopBuffers()));
        }
        SfuServer sfu = new SfuServer(
                new SfuSettings(
                        live::addresses,
                        config.replacePublisher(),
                        config.limits().sessions(),
                        config.limits().viewersPerStream(),
                        config.play().startBitrateKbps() * 1_000L,
                        config.limits().loopBusyPercent(),
                        config.media().tcp()),
                ports,
                services,
                ports.getFirst().port(),
                System::nanoTime,
                MediaPlane::unixNs,
                random);
        List<LoopAgent> agents = sfu.agents();
        for (int i = 0; i < ports.size(); i++) {
            ports.get(i).drive(agents.get(i));
        }
        if (sockets.tcp() != null) {
            sockets.tcp().drive(agents);
        }
        if (isDirect(config)) {
            LoopsFirst.keep();
        }
        String engine = "SRTP by " + services.getFirst().srtp().name() + ", DTLS by "
                + services.getFirst().identity().name() + ", "
                + ports.getFirst().name() + ", " + ports.size() + (ports.size() == 1 ? " media loop" : " media loops");
        return new MediaPlane(sockets, sfu, engine);
    }

    private static int loops(Config config) {
        int wanted = config.media().loops() == 0
                ? Math.min(Runtime.getRuntime().availableProcessors(), SfuServer.MAX_LOOPS)
                : config.media().loops();
        if (wanted > 1 && !isDirect(config) && !NettyPort.canShare()) {
            LOG.info("one media loop: this system does not spread clients over sockets that share a port");
            return 1;
        }
        return wanted;
    }

    /** Whether the loops call Linux themselves. */
    private static boolean isDirect(Config config) {
        return config.media().transport() != Config.Transport.NETTY && LinuxPort.isAvailable();
    }

    private static Sockets sockets(Config config, List<DropCounters> drops, long seed)
            throws ConfigException, StartException {
        for (int tries = 1; ; tries++) {
            List<MediaPort> udp = ports(config, drops, seed);
            if (!config.media().tcp()) {
                return new Sockets(udp, null);
            }
            InetSocketAddress same =
                    new InetSocketAddress(config.media().bind(), udp.getFirst().port());
            try {
                return new Sockets(
                        udp,
                        TcpPort.open(
                                same, udp, TcpBounds.forSessions(config.limits().sessions()), System::nanoTime));
            } catch (IOException taken) {
                udp.forEach(MediaPort::close);
                // A number that is free for UDP may be taken for TCP: with port 0 another will do.
                if (config.media().port() != 0 || tries == FREE_PORT_TRIES) {
                    throw StartException.configuration(
                            "media.port is \"" + config.media().port() + "\": TCP "
                                    + AddressText.of(same) + " cannot be bound (" + taken.getMessage()
                                    + "); end what uses it, set media.port (SPILLWAY_MEDIA_PORT) to another, or media.tcp"
                                    + " (SPILLWAY_MEDIA_TCP) to false to do without clients whose network blocks UDP.",
                            taken);
                }
            }
        }
    }

    private static List<MediaPort> ports(Config config, List<DropCounters> drops, long seed)
            throws ConfigException, StartException {
        if (config.media().transport() == Config.Transport.LINUX && !LinuxPort.isAvailable()) {
            throw new ConfigException(
                    "media.transport is \"linux\", which needs Linux on x86_64 or aarch64, and this is "
                            + System.getProperty("os.name") + " on " + System.getProperty("os.arch")
                            + "; set media.transport (SPILLWAY_MEDIA_TRANSPORT) to auto or netty.");
        }
        InetSocketAddress bind =
                new InetSocketAddress(config.media().bind(), config.media().port());
        try {
            return List.copyOf(
                    isDirect(config)
                            ? LinuxPort.open(bind, drops, System::nanoTime, seed)
                            : NettyPort.open(bind, drops, System::nanoTime));
        } catch (IOException taken) {
            throw StartException.configuration(
                    "media.port is \"" + config.media().port() + "\": UDP "
                            + AddressText.of(bind) + " cannot be bound (" + taken.getMessage()
                            + "); end what uses it, or set media.port (SPILLWAY_MEDIA_PORT) to another, 0 takes a free one.",
                    taken);
        }
    }

    /** One a loop: its native memory is the loop's own. */
    private static SrtpProvider srtp() {
        return OpenSslSrtp.load().<SrtpProvider>map(found -> found).orElseGet(JitsiSrtp::new);
    }

    private static long unixNs() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }

    SfuServer sfu() {
        return sfu;
    }

    int port() {
        return sockets.udp().getFirst().port();
    }

    /** Of what lies beside the loops. */
    List<Sfu.Counter> counters() {
        return sockets.tcp() == null ? List.of() : sockets.tcp().counters();
    }

    /** Whether clients may come by TCP, too. */
    boolean takesTcp() {
        return sockets.tcp() != null;
    }

    /** What does the work, for the banner. */
    String engine() {
        return engine;
    }

    @Override
    public void close() {
        sockets.close();
    }
}
