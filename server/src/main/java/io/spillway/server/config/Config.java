package io.spillway.server.config;

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
        Auth auth,
        boolean replacePublisher,
        Play play,
        Hls hls,
        Ice ice,
        Limits limits,
        Log log) {

    /** {@code origins} are those whose pages may call the API; empty is every one. */
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

    /** Parts and segments in milliseconds, the window in seconds, and what one stream may hold in memory. */
    public record Hls(boolean enabled, int partMs, int segmentMs, int windowSeconds, int memoryMb) {}

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
