package io.spillway.server;

import io.spillway.media.live.StreamName;
import io.spillway.server.config.Config;
import io.spillway.server.config.ConfigException;
import io.spillway.server.logback.Logging;
import io.spillway.turn.IceServerList;
import io.spillway.whipwhep.IceServer;
import io.spillway.whipwhep.IceServers;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The settings that change without a restart. Read by any thread; changed by the watcher of the configuration file. */
public final class LiveSettings {

    private static final Logger LOG = LoggerFactory.getLogger(LiveSettings.class);

    private volatile Config config;
    private volatile IceServerList iceServers;
    private volatile List<InetAddress> addresses;
    private Consumer<Map<StreamName, String>> streamKeys = keys -> {};

    public LiveSettings(Config config) {
        this.config = config;
        this.iceServers = list(config);
        this.addresses = ReachableAddresses.find(config.media());
    }

    /** Addresses announced to every client. */
    List<InetAddress> addresses() {
        return addresses;
    }

    /** The servers WHIP and WHEP tell their clients of. */
    IceServers iceServers() {
        return session -> iceServers.forSession(session).stream()
                .map(server -> new IceServer(server.url(), server.username(), server.credential()))
                .toList();
    }

    /** Whether a stream is recorded when it is published next. */
    boolean isRecorded(StreamName stream) {
        List<String> streams = config.record().streams();
        return streams.contains("*") || streams.contains(stream.value());
    }

    /** Who learns of changed publish keys. */
    void onStreamKeys(Consumer<Map<StreamName, String>> consumer) {
        streamKeys = consumer;
    }

    /** Takes over what of a changed configuration can change now, and says what cannot. */
    void change(Config next) throws ConfigException {
        Config before = config;
        List<String> changed = new ArrayList<>();
        if (!next.media().addresses().equals(before.media().addresses())) {
            addresses = ReachableAddresses.find(next.media());
            changed.add("media.addresses");
        }
        if (!next.ice().servers().equals(before.ice().servers())) {
            iceServers = list(next);
            changed.add("ice.servers");
        }
        if (!next.auth().streams().equals(before.auth().streams())) {
            streamKeys.accept(next.auth().streams());
            changed.add("auth.streams");
        }
        if (!next.record().streams().equals(before.record().streams())) {
            changed.add("record.streams");
        }
        if (!next.log().level().equals(before.log().level())) {
            Logging.level(next.log().level());
            changed.add("log.level");
        }
        config = next;
        if (!changed.isEmpty()) {
            LOG.info("configuration changed, in force now: {}", String.join(", ", changed));
        }
        if (!settled(next).equals(settled(before))) {
            LOG.warn("configuration changed in keys that need a restart");
        }
    }

    /** A configuration without its live keys. */
    private static Config settled(Config all) {
        return new Config(
                all.http(),
                all.https(),
                new Config.Media(
                        all.media().port(),
                        all.media().bind(),
                        all.media().tcp(),
                        all.media().loops(),
                        all.media().transport(),
                        List.of(),
                        all.media().interfaces()),
                all.dataDir(),
                all.database(),
                new Config.Auth(Map.of(), all.auth().loopback()),
                all.replacePublisher(),
                all.play(),
                all.hls(),
                new Config.Recording(
                        all.record().enabled(),
                        List.of(),
                        all.record().waitSeconds(),
                        all.record().space(),
                        all.record().keepJournals(),
                        all.record().sizes()),
                new Config.Ice(
                        List.of(),
                        all.ice().ttlSeconds(),
                        all.ice().realm(),
                        all.ice().strictIfMatch()),
                all.limits(),
                new Config.Log("", all.log().json()));
    }

    private static IceServerList list(Config config) {
        return new IceServerList(config.ice().servers(), config.ice().ttlSeconds(), InstantSource.system());
    }
}
