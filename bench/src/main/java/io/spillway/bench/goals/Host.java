package io.spillway.bench.goals;

import io.spillway.bench.load.LoadConfig;
import java.net.InetAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where server, reference and generator run.
 *
 * @param root of the checkout
 * @param serverCore the server's and the reference's CPU
 * @param namespace network namespace of the server and the reference, empty for this one
 * @param serverAddress IPv4 address at which they are reached
 * @param peers first of the generator's addresses
 * @param fanout the reference's program, or null when it could not be built
 * @param link how the two are connected, for the rows
 */
record Host(
        Path root,
        int serverCore,
        String namespace,
        InetAddress serverAddress,
        InetAddress peers,
        @Nullable Path fanout,
        String link) {

    /** Publish keys, for where the generator is no local caller: one a stream. */
    private static final String KEY = "publish-key-of-";

    /** Read by the bench's scripts from the environment. */
    static Host fromEnvironment() {
        String fanout = variable("BENCH_FANOUT", "");
        return new Host(
                Path.of(variable("BENCH_ROOT", "..")).toAbsolutePath().normalize(),
                Integer.parseInt(variable("BENCH_SERVER_CORE", "0")),
                variable("BENCH_SERVER_NAMESPACE", ""),
                LoadConfig.address(variable("BENCH_SERVER_ADDRESS", "127.0.0.1")),
                LoadConfig.address(variable("BENCH_PEER_ADDRESSES", "127.64.0.0")),
                fanout.isEmpty() ? null : Path.of(fanout),
                variable("BENCH_LINK", "loopback"));
    }

    private static String variable(String name, String otherwise) {
        return System.getenv().getOrDefault(name, otherwise);
    }

    /** With which a stream of {@link Bed#STREAM_NAMES} is published. */
    static String key(String stream) {
        return KEY + stream;
    }

    /** A command as it is to be run: in its namespace, on its core. */
    List<String> on(List<String> command) {
        List<String> all = new ArrayList<>();
        if (!namespace.isEmpty()) {
            all.addAll(List.of("ip", "netns", "exec", namespace));
        }
        all.addAll(List.of("taskset", "-c", Integer.toString(serverCore)));
        all.addAll(command);
        return all;
    }

    /** The launcher: the server with the flags that people run it with. */
    List<String> server() {
        return on(List.of(root.resolve("spillway").toString()));
    }

    /** Configuration of a server that refuses no load for being much. */
    Map<String, String> serverEnvironment(String javaOptions) {
        return Map.of(
                "SPILLWAY_LIMITS_SESSIONS",
                "60000",
                "SPILLWAY_LIMITS_VIEWERS_PER_STREAM",
                "60000",
                "SPILLWAY_LIMITS_LOOP_BUSY_PERCENT",
                "100",
                "SPILLWAY_LOG_LEVEL",
                "warn",
                "SPILLWAY_AUTH_STREAMS",
                String.join(
                        ",",
                        Bed.STREAM_NAMES.stream()
                                .map(name -> name + "=" + KEY + name)
                                .toList()),
                "SPILLWAY_JAVA_OPTS",
                javaOptions);
    }

    LoadConfig load(int httpPort) {
        return new LoadConfig(
                URI.create("http://" + serverAddress.getHostAddress() + ":" + httpPort),
                "/whip/{stream}",
                "/whep/{stream}",
                KEY + "{stream}",
                peers,
                0);
    }

    /** The server's address as a number, host order. */
    int serverNumber() {
        return ByteBuffer.wrap(serverAddress.getAddress()).getInt();
    }
}
