package io.spillway.server.jetty;

import io.spillway.server.config.Config;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.RateControl;
import org.eclipse.jetty.io.WindowRateControl;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one HTTP server: HTTP/1.1 and h2c on one port, HTTP/2 by ALPN on the TLS one. What never blocks is answered on the selector's thread, all else on virtual threads. */
public final class HttpServer implements AutoCloseable {

    /** Requests with longer headers are answered 431 (X13). */
    private static final int MAX_HEADER_BYTES = 16 * 1024;

    /** Open connections; beyond it new ones wait in the kernel's backlog (X13). */
    private static final int MAX_CONNECTIONS = 20_000;

    private static final int IDLE_TIMEOUT_MS = 30_000;

    private static final int MAX_H2_STREAMS = 256;

    /** HTTP/2 frames a second that do no work (resets, pings, settings) before the connection is closed (X13). */
    private static final int MAX_H2_EVENTS_PER_SECOND = 128;

    /** They parse and encrypt, and answer the crowd of HLS: a core in two may be theirs. */
    private static final int SELECTORS = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);

    private final Server server;
    private final ServerConnector http;
    private final Optional<ServerConnector> https;

    /**
     * Binds nothing yet.
     *
     * @param quick asked first, in turn, on the thread that read the request: they must not block
     * @param handlers asked in turn, on virtual threads; what none takes is 404
     * @param around what sees every request that none of the quick ones takes, and its outcome
     * @param before makes connections without TLS, given what makes HTTP/1.1's
     */
    public HttpServer(
            Config.Http plain,
            Optional<TlsPort> tls,
            List<? extends Handler> quick,
            List<? extends Handler> handlers,
            UnaryOperator<Handler> around,
            UnaryOperator<ConnectionFactory> before) {
        QueuedThreadPool threads = new QueuedThreadPool(64, 4);
        threads.setName("http");
        threads.setVirtualThreadsExecutor(VirtualThreads.getDefaultVirtualThreadsExecutor());
        server = new Server(threads);
        server.setStopTimeout(2000);
        server.addBean(new NetworkConnectionLimit(MAX_CONNECTIONS, server));
        http = connector(plain.bind(), plain.port(), plainFactories(before));
        https = tls.map(port -> connector(port.bind(), port.port(), tlsFactories(port.context())));
        List<Handler> slow = new ArrayList<>(handlers);
        slow.add(new NotFoundHandler());
        List<Handler> all = new ArrayList<>(quick);
        all.add(new WorkerHandler(around.apply(new Handler.Sequence(slow))));
        server.setHandler(new Handler.Sequence(all));
        server.setErrorHandler(new ProblemErrorHandler());
    }

    /** A TLS port to open. */
    public record TlsPort(InetAddress bind, int port, SslContextFactory.Server context) {}

    /**
     * Binds and starts.
     *
     * @throws IOException a port cannot be bound; the message names it
     */
    public void start() throws IOException {
        open(http, "http.port");
        if (https.isPresent()) {
            open(https.get(), "https.port");
        }
        try {
            server.start();
        } catch (Exception failed) {
            throw new IOException("the HTTP server cannot start: " + failed.getMessage(), failed);
        }
    }

    private static void open(ServerConnector connector, String key) throws IOException {
        try {
            connector.open();
        } catch (IOException taken) {
            throw new PortTakenException(key, connector.getPort(), taken);
        }
    }

    public int port() {
        return http.getLocalPort();
    }

    /** The TLS port, or 0 when there is none. */
    public int tlsPort() {
        return https.map(ServerConnector::getLocalPort).orElse(0);
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (TimeoutException unfinished) {
            // All is closed nevertheless: who was still in a request after the grace has lost it.
            LOG.info("requests that were under way have been cut off");
        } catch (Exception failed) {
            throw new IllegalStateException("the HTTP server did not stop", failed);
        }
    }

    private ServerConnector connector(InetAddress bind, int port, List<ConnectionFactory> factories) {
        ServerConnector connector =
                new ServerConnector(server, 1, SELECTORS, factories.toArray(ConnectionFactory[]::new));
        // The wildcard is left unset so that IPv6 callers are heard too.
        connector.setHost(bind.isAnyLocalAddress() ? null : bind.getHostAddress());
        connector.setPort(port);
        connector.setIdleTimeout(IDLE_TIMEOUT_MS);
        connector.setAcceptQueueSize(1024);
        connector.addBean(new SlowRequestGuard(connector, SlowRequestGuard.FIRST_REQUEST_MS));
        server.addConnector(connector);
        return connector;
    }

    private static HttpConfiguration configuration() {
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setRequestHeaderSize(MAX_HEADER_BYTES);
        configuration.setSendServerVersion(false);
        configuration.setSendXPoweredBy(false);
        return configuration;
    }

    private static List<ConnectionFactory> plainFactories(UnaryOperator<ConnectionFactory> before) {
        HttpConfiguration configuration = configuration();
        HTTP2CServerConnectionFactory h2c = new HTTP2CServerConnectionFactory(configuration);
        h2c.setMaxConcurrentStreams(MAX_H2_STREAMS);
        h2c.setRateControlFactory(rateControl());
        ConnectionFactory http1 = new HttpConnectionFactory(configuration);
        // The first makes the connections.
        return Stream.of(before.apply(http1), http1, h2c).distinct().toList();
    }

    private static List<ConnectionFactory> tlsFactories(SslContextFactory.Server context) {
        HttpConfiguration configuration = configuration();
        // Clients reach a self-signed server by address, where SNI names nothing.
        configuration.addCustomizer(new SecureRequestCustomizer(false));
        HttpConnectionFactory http1 = new HttpConnectionFactory(configuration);
        HTTP2ServerConnectionFactory h2 = new HTTP2ServerConnectionFactory(configuration);
        h2.setMaxConcurrentStreams(MAX_H2_STREAMS);
        h2.setRateControlFactory(rateControl());
        ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory();
        alpn.setDefaultProtocol(http1.getProtocol());
        return List.of(new SslConnectionFactory(context, alpn.getProtocol()), alpn, h2, http1);
    }

    private static RateControl.Factory rateControl() {
        return new WindowRateControl.Factory(MAX_H2_EVENTS_PER_SECOND);
    }
}
