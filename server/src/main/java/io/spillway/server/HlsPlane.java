package io.spillway.server;

import io.spillway.hls.AudioCoder;
import io.spillway.hls.HlsBridge;
import io.spillway.hls.libav.OpusToAac;
import io.spillway.hls.stream.HlsSettings;
import io.spillway.server.config.Config;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** LL-HLS as configured, with AAC where FFmpeg's libraries are. */
final class HlsPlane {

    private static final Logger LOG = LoggerFactory.getLogger(HlsPlane.class);

    private HlsPlane() {}

    static HlsBridge open(Config.Hls config) {
        // Unpacking and loading them takes a second, which nobody need wait for.
        CompletableFuture<Optional<AudioCoder.Factory>> loading = new CompletableFuture<>();
        Thread.ofPlatform().name("hls-libraries").daemon().start(() -> loading.complete(coders()));
        Instant now = Instant.now();
        long unixNs = now.getEpochSecond() * 1_000_000_000L + now.getNano();
        return new HlsBridge(
                new HlsSettings(
                        config.partMs(),
                        config.segmentMs(),
                        config.windowSeconds() * 1_000,
                        (long) config.memoryMb() << 20),
                System::nanoTime,
                unixNs - System.nanoTime(),
                loading::join);
    }

    private static Optional<AudioCoder.Factory> coders() {
        try {
            return Optional.of(OpusToAac.load());
        } catch (UnsupportedOperationException missing) {
            LOG.warn(
                    "{}: HLS carries Opus as it is, which Apple's players do not play. Put org.bytedeco's ffmpeg and javacpp for this system into lib/.",
                    missing.getMessage());
            return Optional.empty();
        }
    }
}
