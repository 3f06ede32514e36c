package io.spillway.server;

import io.spillway.hls.jetty.HlsHandler;
import io.spillway.hls.stream.EncryptionMethod;
import io.spillway.recorder.Recorder;
import io.spillway.recorder.jetty.VodHandler;
import io.spillway.server.config.Config;
import io.spillway.server.config.ConfigException;
import io.spillway.server.jetty.HlsPlayRule;
import io.spillway.server.jetty.HttpServer;
import io.spillway.server.jetty.PortTakenException;
import io.spillway.server.jetty.RecordingPlayRule;
import io.spillway.server.jetty.Tls;
import io.spillway.sfu.dtls.bc.BcIdentity;
import io.spillway.sfu.session.SfuServer;
import io.spillway.signaling.api.ControlPlane;
import io.spillway.signaling.api.CrossOrigin;
import io.spillway.signaling.api.LadderReport;
import io.spillway.signaling.api.Playback;
import io.spillway.signaling.api.Recordings;
import io.spillway.signaling.api.SessionJson;
import io.spillway.signaling.auth.AdminToken;
import io.spillway.signaling.auth.Authority;
import io.spillway.signaling.auth.KnownStream;
import io.spillway.signaling.auth.StreamKeys;
import io.spillway.signaling.health.Readiness;
import io.spillway.signaling.jetty.ControlHandler;
import io.spillway.signaling.jetty.MeteredHandler;
import io.spillway.signaling.metrics.HttpArea;
import io.spillway.signaling.metrics.Metrics;
import io.spillway.web.Site;
import io.spillway.web.jetty.SiteHandler;
import io.spillway.whipwhep.Policy;
import io.spillway.whipwhep.WhipWhep;
import io.spillway.whipwhep.jetty.SignalHandler;
import io.spillway.whipwhep.jetty.WhipWhepHandler;
import io.spillway.whipwhep.signal.Signals;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The whole server: every room built and wired, from open ports to goodbye. */
public final class Spillway implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Spillway.class);

    private final MediaPlane media;
    private final SfuServer sfu;
    private final WhipWhep whipWhep;
    private final Signals signals;
    private final HttpServer http;
    private final Metrics metrics;
    private final @Nullable HlsPlane hls;
    private final @Nullable RecordPlane recording;
    private final Reachability reachability;
    private final KnownStream stream;
    private final Path adminToken;
    private final Path dataDir;

    /** @param opened gets what has threads, ports or files, the newest first, for whom it fails */
    private Spillway(Config config, LiveSettings live, Deque<Runnable> opened) throws ConfigException, StartException {
        SecureRandom random = new SecureRandom();
        // The longest piece of a start, and nothing before the media loops needs it.
        CompletableFuture<BcIdentity> identity =
                CompletableFuture.supplyAsync(() -> BcIdentity.create(random, Instant.now()));
        dataDir = DataFolder.open(config.dataDir());
        StreamKeys keys;
        AdminToken admin;
        try {
            keys = StreamKeys.open(
                    dataDir.resolve("streams.json"), config.auth().streams(), random);
            admin = AdminToken.open(dataDir.resolve("admin-token"), random);
        } catch (IllegalArgumentException refused) {
            throw new ConfigException("auth.streams: " + refused.getMessage() + ".");
        } catch (IOException unreadable) {
            throw StartException.configuration(
                    "data.dir is \"" + dataDir + "\": " + unreadable.getMessage()
                            + "; mend or remove that file, or set data.dir (SPILLWAY_DATA_DIR) to another folder.",
                    unreadable);
        }
        adminToken = admin.file();
        stream = keys.find(StreamKeys.DEFAULT_STREAM).orElseThrow();
        Authority authority = new Authority(keys, admin, config.auth().loopback());
        live.onStreamKeys(keys::configure);

        media = MediaPlane.open(config, live, random, identity);
        opened.push(media::close);
        sfu = media.sfu();
        hls = config.hls().enabled() ? HlsPlane.open(config.hls(), random) : null;
        if (hls != null) {
            opened.push(hls.bridge()::close);
        }
        recording = config.record().enabled() ? RecordPlane.open(config, dataDir, live, keys) : null;
        if (recording != null) {
            opened.push(recording::close);
        }
        sfu.follow(new Followers(
                Stream.of(hls == null ? null : hls.bridge(), recording == null ? null : recording.recorder())
                        .flatMap(Stream::ofNullable)
                        .toList()));

        whipWhep = new WhipWhep(
                sfu, new StreamAdmission(authority), live.iceServers(), policy(config), System::nanoTime, random);
        signals = new Signals(whipWhep, sfu, config.http().origins(), SessionJson::line, System::nanoTime);
        metrics = new Metrics(
                sfu::streams,
                sfu::loops,
                List.of(
                        sfu::counters,
                        media::counters,
                        whipWhep::counters,
                        signals::counters,
                        () -> recording == null ? List.of() : recording.counters()));
        opened.push(metrics::close);
        if (recording != null) {
            recording.measure(metrics);
        }
        ControlPlane control = new ControlPlane(
                sfu,
                keys,
                authority,
                new Readiness(List.of(sfu::unreadyReasons)),
                this::reachabilityNow,
                metrics::scrape,
                new Playback(hls != null, hls != null && config.hls().encryption() == EncryptionMethod.NONE),
                name -> hls == null ? LadderReport.NONE : hls.ladder(name),
                recording == null ? Recordings.NONE : recording.recordings(),
                whipWhep::throttle,
                new CrossOrigin(config.http().origins()));
        http = openHttp(config, control, authority);
        reachability = reachability(config, live);
    }

    /** Opens the ports and starts. @throws StartException a port or folder that cannot be had, in a sentence */
    public static Spillway start(Config config, LiveSettings live) throws ConfigException, StartException {
        Deque<Runnable> opened = new ArrayDeque<>();
        try {
            return new Spillway(config, live, opened);
        } catch (ConfigException | StartException | RuntimeException | Error refused) {
            opened.forEach(Runnable::run);
            throw refused;
        }
    }

    private static Policy policy(Config config) {
        return Policy.standard()
                .withRates(config.limits().requestsPerAddress(), config.limits().requestsPerToken())
                .withStrictIfMatch(config.ice().strictIfMatch());
    }

    private HttpServer openHttp(Config config, ControlPlane control, Authority authority)
            throws ConfigException, StartException {
        Optional<HttpServer.TlsPort> tls = config.https().enabled()
                ? Optional.of(new HttpServer.TlsPort(
                        config.http().bind(), config.https().port(), Tls.context(config.https(), dataDir)))
                : Optional.empty();
        Recorder recorder = recording == null ? null : recording.recorder();
        HlsHandler crowd = hls == null
                ? null
                : new HlsHandler(
                        hls.bridge(),
                        new HlsPlayRule(authority),
                        (method, status, tookNs) -> metrics.onRequest(HttpArea.HLS, method, status, tookNs));
        HttpServer server = new HttpServer(
                config.http(),
                tls,
                crowd == null ? List.of() : List.of(crowd),
                Stream.of(
                                new ControlHandler(control),
                                new WhipWhepHandler(whipWhep),
                                new SignalHandler(signals),
                                recorder == null
                                        ? null
                                        : new VodHandler(
                                                recorder::file, recorder::clip, new RecordingPlayRule(authority)),
                                new SiteHandler(Site.load()))
                        .flatMap(Stream::ofNullable)
                        .toList(),
                handler -> new MeteredHandler(handler, metrics),
                http1 -> crowd == null ? http1 : crowd.before(http1));
        try {
            server.start();
            return server;
        } catch (PortTakenException taken) {
            throw StartException.configuration(
                    taken.key() + " is \"" + taken.port() + "\": TCP port " + taken.port() + " cannot be bound ("
                            + taken.getMessage() + "); end what uses it, or set " + taken.key() + " (SPILLWAY_"
                            + taken.key().toUpperCase(java.util.Locale.ROOT).replace('.', '_')
                            + ") to another, 0 takes a free one.",
                    taken);
        } catch (IOException failed) {
            throw StartException.other(String.valueOf(failed.getMessage()), failed);
        }
    }

    private Reachability reachability(Config config, LiveSettings live) {
        return Reachability.of(config, live.addresses(), http.port(), http.tlsPort(), media.port());
    }

    private io.spillway.signaling.health.Reachability reachabilityNow() {
        return new io.spillway.signaling.health.Reachability(
                Version.current(),
                reachability.base() + "/whip/" + stream.name(),
                reachability.candidates(),
                reachability.warnings());
    }

    public int httpPort() {
        return http.port();
    }

    public int mediaPort() {
        return media.port();
    }

    /** The publish key of the default stream. */
    public String publishKey() {
        return stream.publishKey();
    }

    /** What a person is told when it is ready. */
    public String banner() {
        return Banner.of(
                reachability,
                stream.name(),
                stream.publishKey(),
                adminToken,
                dataDir,
                media.takesTcp(),
                List.of(media.engine()));
    }

    /** Says goodbye to every session, then closes the ports; a few seconds at most. */
    @Override
    public void close() {
        LOG.info("draining: {} streams", sfu.streams().size());
        whipWhep.events().reconnect();
        signals.drain();
        sfu.drain();
        signals.close();
        if (hls != null) {
            hls.bridge().close();
        }
        if (recording != null) {
            recording.close();
        }
        http.close();
        media.close();
        metrics.close();
        LOG.info("ended");
    }
}
