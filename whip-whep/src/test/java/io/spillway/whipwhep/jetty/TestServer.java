package io.spillway.whipwhep.jetty;

import io.spillway.sfu.Sfu;
import io.spillway.whipwhep.IceServers;
import io.spillway.whipwhep.Policy;
import io.spillway.whipwhep.WhipWhep;
import io.spillway.whipwhep.signal.Signals;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** A real Jetty on a free loopback port, HTTP/1.1 and h2c, with the handler under test and one behind it that answers 299. */
final class TestServer implements AutoCloseable {

    static final String OFFER = "v=0\r\no=- 7 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";

    /** Of the generation that sessions of {@link MemorySfu} begin with. */
    static final String FRAGMENT =
            "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=end-of-candidates\r\n";

    /** What the handler behind ours answers: the path was not ours. */
    static final int FELL_THROUGH = 299;

    /** Few threads: a handler that held one a request would stand still in the tests with many. */
    private static final int THREADS = 8;

    final MemorySfu sfu = new MemorySfu();
    final Keys keys;
    final AtomicLong nowNs = new AtomicLong();
    final WhipWhep resources;
    final Signals signals;
    private final Server server;
    private final ServerConnector connector;

    private TestServer(Keys keys, Policy policy, IceServers iceServers, Set<String> origins) throws Exception {
        this.keys = keys;
        this.resources = new WhipWhep(sfu, keys, iceServers, policy, nowNs::get, new Random(1));
        this.signals = new Signals(resources, sfu, origins, status -> "{\"id\":\"" + status.id() + "\"}", nowNs::get);
        server = new Server(new QueuedThreadPool(THREADS));
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setSendServerVersion(false);
        connector = new ServerConnector(
                server,
                1,
                1,
                new HttpConnectionFactory(configuration),
                new HTTP2CServerConnectionFactory(configuration));
        connector.setHost(InetAddress.getLoopbackAddress().getHostAddress());
        // Room for a burst of connections in the parallel tests.
        connector.setAcceptQueueSize(2048);
        server.addConnector(connector);
        server.setHandler(new Handler.Sequence(
                new WhipWhepHandler(resources), new SignalHandler(signals), new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback) {
                        response.setStatus(FELL_THROUGH);
                        callback.succeeded();
                        return true;
                    }
                }));
        server.start();
    }

    static TestServer open() throws Exception {
        return with(new Keys());
    }

    static TestServer with(Keys keys) throws Exception {
        return new TestServer(keys, Policy.standard(), sessionId -> List.of(), Set.of());
    }

    static TestServer with(Policy policy) throws Exception {
        return new TestServer(new Keys(), policy, sessionId -> List.of(), Set.of());
    }

    static TestServer with(IceServers iceServers) throws Exception {
        return new TestServer(new Keys(), Policy.standard(), iceServers, Set.of());
    }

    static TestServer withOrigins(Set<String> origins) throws Exception {
        return new TestServer(new Keys(), Policy.standard(), sessionId -> List.of(), origins);
    }

    int port() {
        return connector.getLocalPort();
    }

    URI at(String path) {
        return URI.create("http://127.0.0.1:" + port() + path);
    }

    /** Requests refused with a problem type so far. */
    long refused(String type) {
        return Stream.of(resources.counters(), signals.counters())
                .flatMap(List::stream)
                .filter(counter -> counter.label().equals(type))
                .mapToLong(Sfu.Counter::value)
                .sum();
    }

    @Override
    public void close() {
        LifeCycle.stop(server);
    }
}
