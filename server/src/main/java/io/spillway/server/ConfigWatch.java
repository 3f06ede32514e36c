package io.spillway.server;

import io.spillway.server.config.Config;
import io.spillway.server.config.ConfigException;
import io.spillway.server.config.ConfigReader;
import io.spillway.server.json.YamlFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks now and then whether the configuration file changed, and has the live keys changed with it. A bad file changes nothing. */
final class ConfigWatch {

    private static final long PERIOD_MS = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(ConfigWatch.class);

    private final Path file;
    private final Map<String, String> environment;
    private final LiveSettings live;
    private FileTime seen;

    ConfigWatch(Path file, Map<String, String> environment, LiveSettings live) throws IOException {
        this.file = file;
        this.environment = Map.copyOf(environment);
        this.live = live;
        this.seen = Files.getLastModifiedTime(file);
    }

    /** Looks every second from now on, on a daemon thread, until the process ends. */
    static void start(Path file, Map<String, String> environment, LiveSettings live) throws IOException {
        ConfigWatch watch = new ConfigWatch(file, environment, live);
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("config").factory());
        var _ = timer.scheduleWithFixedDelay(watch::look, PERIOD_MS, PERIOD_MS, TimeUnit.MILLISECONDS);
    }

    /** Has a change of the file taken over, if there was one. */
    void look() {
        try {
            FileTime changed = Files.getLastModifiedTime(file);
            if (!changed.equals(seen)) {
                seen = changed;
                Config next = ConfigReader.read(YamlFile.read(file), environment);
                live.change(next);
            }
        } catch (ConfigException refused) {
            LOG.warn("{} The configuration of before stays in force.", refused.sentence());
        } catch (IOException | RuntimeException gone) {
            LOG.warn("{} cannot be read: {}", file, gone.toString());
        }
    }
}
