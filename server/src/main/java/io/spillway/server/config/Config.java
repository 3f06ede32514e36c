package io.spillway.server.config;

import io.spillway.hls.stream.EncryptionMethod;
import io.spillway.media.live.StreamName;
import io.spillway.turn.IceServerEntry;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The whole configuration, checked: whoever holds one need not check again. */
public record Config(
        Http http,
        Https https,
        Media media,
        Path dataDir,
        String database,
        Auth auth,
        boolean replacePublisher,
        Play play,
        Hls hls,
        Recording record,
        Ice ice,
        Limits limits,
        Log log) {

    /** {@code origins} are those whose pages may call the API and open {@code /signal}; empty is every one. */
    public record Http(int port, InetAddress bind, Set<String> origins) {}

    /** {@code certificate} and {@code key} are null exactly when {@code selfSigned}; both unused unless {@code enabled}. */
    public record Https(boolean enabled, int port, Path certificate, Path key, boolean selfSigned) {}

    /**
     * {@code addresses} are announced beside the interfaces' own, which are announced when {@code interfaces}; {@code loops} is 0 for one a
     * core; {@code tcp} is whether the port takes connections too.
     */
    public record Media(
            int port,
            InetAddress bind,
            boolean tcp,
            int loops,
            Transport transport,
            List<InetAddress> addresses,
            boolean interfaces) {}

    /** Who talks to the kernel about media. */
    public enum Transport {
        /** Our own system calls where they are known to work, Netty elsewhere. */
        AUTO,
        LINUX,
        NETTY
    }

    /** Publish keys by stream, and whether loopback callers need none. */
    public record Auth(Map<StreamName, String> streams, boolean loopback) {}

    /** {@code startBitrateKbps} is what a viewer's network is believed to carry at first. */
    public record Play(int startBitrateKbps) {}

    /**
     * Parts and segments in milliseconds, the window in seconds, what one stream may hold in memory, the heights of the renditions made here, how all is encrypted, and how long
     * a key is used then.
     */
    public record Hls(
            boolean enabled,
            int partMs,
            int segmentMs,
            int windowSeconds,
            int memoryMb,
            List<Integer> ladder,
            EncryptionMethod encryption,
            int keyRotationSeconds) {}

    /**
     * {@code streams} are names, or {@code *} for all; {@code waitSeconds} is how long a recording waits for its publisher; {@code keepJournals} is whether they stay beside movies that were found
     * good; {@code sizes} is how many sizes of its pictures a movie has, the largest first.
     */
    public record Recording(
            boolean enabled, List<String> streams, int waitSeconds, Space space, boolean keepJournals, int sizes) {}

    /** What recordings may take, in megabytes, 0 for no bound; days they are kept, 0 for ever; whether the oldest go for new ones. */
    public record Space(int quotaMb, int streamQuotaMb, int minFreeMb, int retentionDays, boolean oldestGoes) {}

    /** {@code strictIfMatch} is whether every PATCH of a session needs If-Match. */
    public record Ice(List<IceServerEntry> servers, int ttlSeconds, String realm, boolean strictIfMatch) {}

    /**
     * Sessions at once, viewers a stream, WHIP and WHEP requests a second of one address and under one token, and how busy a media loop may
     * be before it sheds, 100 for never.
     */
    public record Limits(
            int sessions, int viewersPerStream, int requestsPerAddress, int requestsPerToken, int loopBusyPercent) {}

    /** {@code level} in lower case; {@code json} or plain text. */
    public record Log(String level, boolean json) {}
}
