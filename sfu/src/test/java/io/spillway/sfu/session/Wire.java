package io.spillway.sfu.session;

import io.spillway.sfu.transport.LoopBuffers;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;

/** A client's socket, non-blocking: datagrams, or a stream with frames around them (RFC 4571). */
interface Wire extends Closeable {

    SelectableChannel channel();

    /** Its own address. */
    InetSocketAddress address();

    void send(ByteBuffer datagram, InetSocketAddress to) throws IOException;

    /** Hands over what is there, a buffer each. */
    void read(Consumer<ByteBuffer> sink) throws IOException;

    @Override
    default void close() throws IOException {
        channel().close();
    }

    /** Of a channel that is bound. */
    static Wire of(DatagramChannel channel) throws IOException {
        channel.configureBlocking(false);
        return new Datagrams(channel, (InetSocketAddress) channel.getLocalAddress());
    }

    /** Of a channel that is connected. */
    static Wire of(SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        return new Frames(channel, (InetSocketAddress) channel.getLocalAddress());
    }

    record Datagrams(DatagramChannel channel, InetSocketAddress address) implements Wire {

        @Override
        public void send(ByteBuffer datagram, InetSocketAddress to) throws IOException {
            channel.send(datagram, to);
        }

        @Override
        public void read(Consumer<ByteBuffer> sink) throws IOException {
            while (true) {
                ByteBuffer datagram = ByteBuffer.allocateDirect(LoopBuffers.DATAGRAM_BYTES);
                if (channel.receive(datagram) == null) {
                    return;
                }
                sink.accept(datagram.flip());
            }
        }
    }

    final class Frames implements Wire {

        private final SocketChannel channel;
        private final InetSocketAddress address;
        private final ByteBuffer input = ByteBuffer.allocate(1 << 16);

        Frames(SocketChannel channel, InetSocketAddress address) {
            this.channel = channel;
            this.address = address;
        }

        @Override
        public SelectableChannel channel() {
            return channel;
        }

        @Override
        public InetSocketAddress address() {
            return address;
        }

        @Override
        public void send(ByteBuffer datagram, InetSocketAddress to) throws IOException {
            ByteBuffer frame = ByteBuffer.allocate(2 + datagram.remaining())
                    .putShort((short) datagram.remaining())
                    .put(datagram)
                    .flip();
            while (frame.hasRemaining()) {
                channel.write(frame);
            }
        }

        @Override
        public void read(Consumer<ByteBuffer> sink) throws IOException {
            int read = channel.read(input);
            if (read < 0) {
                channel.close();
            }
            input.flip();
            while (input.remaining() >= 2 && input.remaining() - 2 >= (input.getShort(input.position()) & 0xFFFF)) {
                int length = input.getShort() & 0xFFFF;
                ByteBuffer datagram = ByteBuffer.allocateDirect(length).put(0, input, input.position(), length);
                input.position(input.position() + length);
                sink.accept(datagram);
            }
            input.compact();
        }
    }
}
