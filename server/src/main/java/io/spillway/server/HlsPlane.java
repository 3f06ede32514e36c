package io.spillway.server;

import io.spillway.hls.HlsBridge;
import io.spillway.hls.Transcoding;
import io.spillway.hls.ladder.Ladder;
import io.spillway.hls.ladder.LadderSettings;
import io.spillway.hls.ladder.LadderStatus;
import io.spillway.hls.libav.Libav;
import io.spillway.hls.openh264.OpenH264;
import io.spillway.hls.stream.HlsSettings;
import io.spillway.media.frame.AudioCoder;
import io.spillway.media.frame.Painter;
import io.spillway.media.live.StreamName;
import io.spillway.server.config.Config;
import io.spillway.signaling.api.LadderReport;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** LL-HLS as configured, with AAC and lower renditions where the libraries for them are. */
final class HlsPlane {

    private static final Logger LOG = LoggerFactory.getLogger(HlsPlane.class);

    private final HlsBridge bridge;
    private volatile @Nullable String problem;

    private HlsPlane(Config.Hls config, SecureRandom random) {
        // Unpacking and loading them takes a second, which nobody need wait for.
        CompletableFuture<Transcoding> loading = new CompletableFuture<>();
        Thread.ofPlatform()
                .name("hls-libraries")
                .daemon()
                .start(() -> loading.complete(new Transcoding(coders(), painters(), ladders(config))));
        Instant now = Instant.now();
        long unixNs = now.getEpochSecond() * 1_000_000_000L + now.getNano();
        bridge = new HlsBridge(
                new HlsSettings(
                        config.partMs(),
                        config.segmentMs(),
                        config.windowSeconds() * 1_000,
                        (long) config.memoryMb() << 20,
                        config.encryption(),
                        config.keyRotationSeconds() * 1_000),
                System::nanoTime,
                unixNs - System.nanoTime(),
                loading::join,
                random);
    }

    static HlsPlane open(Config.Hls config, SecureRandom random) {
        return new HlsPlane(config, random);
    }

    HlsBridge bridge() {
        return bridge;
    }

    private static Optional<AudioCoder.Factory> coders() {
        try {
            return Optional.of(Libav.sound());
        } catch (UnsupportedOperationException missing) {
            LOG.warn(
                    "{}: HLS carries Opus as it is, which Apple's players do not play. Put org.bytedeco's ffmpeg and javacpp for this system into lib/.",
                    missing.getMessage());
            return Optional.empty();
        }
    }

    private static Optional<Painter.Factory> painters() {
        try {
            Painter painter = Libav.stills();
            return Optional.of(() -> {
                OpenH264.lowerPriority();
                return painter;
            });
        } catch (UnsupportedOperationException missing) {
            LOG.warn("{}: streams have no thumbnails.", missing.getMessage());
            return Optional.empty();
        }
    }

    /** How the renditions stand that are made of a stream. */
    LadderReport ladder(StreamName name) {
        LadderStatus status = bridge.ladder(name).orElse(LadderStatus.NONE);
        return new LadderReport(
                problem == null ? status.problem() : problem,
                status.rungs().stream()
                        .map(rung -> new LadderReport.Rung(
                                rung.name(),
                                rung.width(),
                                rung.height(),
                                rung.state().name().toLowerCase(Locale.ROOT)))
                        .toList(),
                status.lateFrames(),
                status.lostFrames(),
                status.failures(),
                status.sheds());
    }

    private Optional<Ladder.Factory> ladders(Config.Hls config) {
        if (config.ladder().isEmpty()) {
            return Optional.empty();
        }
        LadderLibraries libraries = LadderLibraries.find();
        if (libraries.coders().isEmpty()) {
            problem = libraries.said();
            LOG.warn(
                    "HLS and DASH have no lower renditions, and nothing of VP8 streams: {} Or set hls.ladder to [].",
                    libraries.said());
            return Optional.empty();
        }
        LOG.info("lower renditions of HLS and DASH are made by {}", libraries.said());
        LadderSettings settings = new LadderSettings(config.ladder(), config.partMs(), config.segmentMs());
        return libraries.coders().map(coders -> stream -> new Ladder(stream, settings, coders, System::nanoTime));
    }
}
