package io.spillway.hls.jetty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.AbstractConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Over a real connection, to somebody who reads slowly. */
class AnswerWriterTest {

    private static final int PATIENCE_MS = 20_000;
    private static final int BUFFER_BYTES = 65_536;
    private static final byte[] HEAD = {'h', 'e', 'a', 'd'};

    /** Out of the heap, then out of a file that is made, then out of one that is there. */
    private static final int TIMES = AnswerFiles.WORTH + 2;

    @TempDir
    Path folder = Path.of("");

    private final Server server = new Server();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private int idleMs = PATIENCE_MS;

    /** Answers the same as often as {@link #TIMES} to who connects, and closes. */
    private final class Answering extends AbstractConnection {
        private final AnswerWriter writer;
        private final List<byte[]> body;
        private int times;

        Answering(Connector connector, EndPoint endPoint, AnswerFiles files, List<byte[]> body) {
            super(endPoint, connector.getExecutor());
            this.body = body;
            this.writer = new AnswerWriter(endPoint, files, Callback.from(this::next, broken -> {
                failure.set(broken);
                close();
            }));
        }

        @Override
        public void onOpen() {
            super.onOpen();
            next();
        }

        private void next() {
            if (times++ == TIMES) {
                close();
            } else {
                writer.write(new Answer(ByteBuffer.wrap(HEAD), body));
            }
        }

        @Override
        public void onFillable() {}
    }

    private Socket connect(AnswerFiles files, List<byte[]> body) throws Exception {
        ServerConnector connector = new ServerConnector(server, 1, 1, new AbstractConnectionFactory("test") {
            @Override
            public Connection newConnection(Connector by, EndPoint endPoint) {
                return new Answering(by, endPoint, files, body);
            }
        });
        connector.setHost(InetAddress.getLoopbackAddress().getHostAddress());
        connector.setIdleTimeout(idleMs);
        connector.setAcceptedSendBufferSize(BUFFER_BYTES);
        server.addConnector(connector);
        server.start();
        Socket socket = new Socket();
        socket.setReceiveBufferSize(BUFFER_BYTES);
        socket.setSoTimeout(PATIENCE_MS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), connector.getLocalPort()));
        return socket;
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
    }

    private static List<byte[]> pieces(String lengths) {
        Random random = new Random(5);
        return Arrays.stream(lengths.split(" ", -1))
                .filter(length -> !length.isEmpty())
                .map(length -> {
                    byte[] piece = new byte[Integer.parseInt(length)];
                    random.nextBytes(piece);
                    return piece;
                })
                .toList();
    }

    private static byte[] answers(List<byte[]> body) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < TIMES; i++) {
            all.writeBytes(HEAD);
            body.forEach(all::writeBytes);
        }
        return all.toByteArray();
    }

    @ParameterizedTest
    @CsvSource({
        "''",
        "0",
        "1",
        "5000",
        "16384",
        "58000",
        "58000 58000 58000 58000 58000",
        "100 58000 20 0 900000 16383",
        "1000000",
        "400000 100 400000",
    })
    void shouldWriteAllToWhoReadsSlowly(String lengths) throws Exception {
        List<byte[]> body = pieces(lengths);
        try (AnswerFiles files = new AnswerFiles(folder, 32 << 20);
                Socket socket = connect(files, body)) {
            assertArrayEquals(answers(body), read(socket.getInputStream()));
        }
    }

    /** In reads that are shorter than what a connection takes at once. */
    private static byte[] read(InputStream in) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] some = new byte[3_000];
        for (int got = in.read(some); got >= 0; got = in.read(some)) {
            all.write(some, 0, got);
        }
        return all.toByteArray();
    }

    /** Out of the heap, and out of a file. */
    @ParameterizedTest
    @ValueSource(ints = {0, AnswerFiles.WORTH})
    void shouldGiveUpWhoReadsNoMore(int answers) throws Exception {
        idleMs = 300;
        try (AnswerFiles files = new AnswerFiles(folder, 32 << 20);
                Socket socket = connect(files, pieces("1000000 1000000"))) {
            socket.getInputStream().readNBytes(answers * 2_000_004);
            long untilMs = System.currentTimeMillis() + PATIENCE_MS;
            while (failure.get() == null) {
                assertTrue(System.currentTimeMillis() < untilMs, "still waits");
                LockSupport.parkNanos(1_000_000);
            }
            assertInstanceOf(TimeoutException.class, failure.get());
            assertTrue(socket.isConnected());
        }
    }

    /** The rest comes out of the heap. */
    @Test
    void shouldGoOnWhenItsFileIsGone() throws Exception {
        List<byte[]> body = pieces("1000000 1000000");
        AnswerFiles files = new AnswerFiles(folder, 32 << 20);
        try (Socket socket = connect(files, body)) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.writeBytes(socket.getInputStream().readNBytes(AnswerFiles.WORTH * 2_000_000));
            files.close();
            all.writeBytes(read(socket.getInputStream()));
            assertArrayEquals(answers(body), all.toByteArray());
        }
    }
}
