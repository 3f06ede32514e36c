package io.spillway.bench.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Clients of HTTP/1.1 with a connection each, all on the thread that calls; what an answer leads to is said by a {@link Script}. One request of a client is under way at a time. */
public final class Crowd implements AutoCloseable {

    private static final int READ_BYTES = 1 << 18;
    private static final long TURN_MS = 20;

    /** Says what a client asks for next. */
    @FunctionalInterface
    public interface Script {
        /**
         * A client's answer is whole.
         *
         * @param nowNs when its last byte was read
         * @return what it asks for next, as {@link Crowd#get} makes it; null when it is done
         */
        byte @Nullable [] onAnswer(Client client, long nowNs);
    }

    /** One connection. */
    public static final class Client {
        private final int number;
        private final SocketChannel channel;
        private final Response response;
        private long askedNs;

        private Client(int number, SocketChannel channel, boolean keeping) {
            this.number = number;
            this.channel = channel;
            this.response = new Response(keeping);
        }

        public int number() {
            return number;
        }

        /** When it sent its newest request. */
        public long askedNs() {
            return askedNs;
        }

        public int status() {
            return response.status();
        }

        public String header(String name) {
            return response.header(name);
        }

        /** The newest body; empty where none is kept. */
        public byte[] body() {
            return response.body();
        }
    }

    private final InetSocketAddress server;
    private final LongSupplier clockNs;
    private final Selector selector;
    private final List<Client> clients = new ArrayList<>();
    private final ByteBuffer in = ByteBuffer.allocateDirect(READ_BYTES);
    private int busy;

    /**
     * Connects so many clients.
     *
     * @param keeping how many of them, the first ones, keep the bodies of their answers
     */
    public Crowd(InetSocketAddress server, int count, int keeping, LongSupplier clockNs) throws IOException {
        this.server = server;
        this.clockNs = clockNs;
        this.selector = Selector.open();
        for (int i = 0; i < count; i++) {
            SocketChannel channel = SocketChannel.open(server);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            Client client = new Client(i, channel, i < keeping);
            channel.register(selector, SelectionKey.OP_READ, client);
            clients.add(client);
        }
    }

    /** A request. */
    public byte[] get(String path, String... headers) {
        StringBuilder request = new StringBuilder("GET ").append(path).append(" HTTP/1.1\r\nHost: ");
        request.append(server.getHostString())
                .append(':')
                .append(server.getPort())
                .append("\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        return request.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** Lets all clients ask for the same, and goes on by the script until a time, or until all are done. */
    public void run(byte[] first, Script script, long untilNs) throws IOException {
        busy = 0;
        for (Client each : clients) {
            ask(each, first);
        }
        while (busy > 0 && clockNs.getAsLong() < untilNs) {
            selector.select(key -> onReadable(key, script), TURN_MS);
        }
    }

    /** Waits for what is still under way. */
    public void drain(long untilNs) throws IOException {
        while (busy > 0 && clockNs.getAsLong() < untilNs) {
            selector.select(key -> onReadable(key, (_, _) -> null), TURN_MS);
        }
        if (busy > 0) {
            throw new IOException(busy + " of " + clients.size() + " clients got no answer");
        }
    }

    private void ask(Client client, byte[] request) throws IOException {
        ByteBuffer out = ByteBuffer.wrap(request);
        client.askedNs = clockNs.getAsLong();
        client.channel.write(out);
        if (out.hasRemaining()) {
            throw new IOException("a request of " + request.length + " bytes finds no room in an empty connection");
        }
        busy++;
    }

    private void onReadable(SelectionKey key, Script script) {
        Client client = (Client) key.attachment();
        try {
            in.clear();
            if (client.channel.read(in) < 0) {
                throw new IOException(server + " closed the connection of client " + client.number);
            }
            in.flip();
            while (in.hasRemaining()) {
                if (client.response.read(in)) {
                    busy--;
                    byte[] next = script.onAnswer(client, clockNs.getAsLong());
                    if (next != null) {
                        ask(client, next);
                    }
                }
            }
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    @Override
    public void close() {
        try (selector) {
            for (Client each : clients) {
                each.channel.close();
            }
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }
}
