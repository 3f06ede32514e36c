package io.spillway.turn;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;

/** How STUN messages get to a server and back: each in a datagram, or one behind the other in a stream. RFC 8489 §6.2. */
interface Wire extends Closeable {

    void send(byte[] message) throws IOException;

    /** The next message. @throws java.net.SocketTimeoutException when none came for a while */
    byte[] receive() throws IOException;

    static Wire udp(InetSocketAddress server, int timeoutMs) throws IOException {
        DatagramSocket socket = new DatagramSocket(0, server.getAddress());
        socket.setSoTimeout(timeoutMs);
        return new Wire() {
            @Override
            public void send(byte[] message) throws IOException {
                socket.send(new DatagramPacket(message, message.length, server));
            }

            @Override
            public byte[] receive() throws IOException {
                DatagramPacket packet = new DatagramPacket(new byte[1500], 1500);
                socket.receive(packet);
                return Arrays.copyOf(packet.getData(), packet.getLength());
            }

            @Override
            public void close() {
                socket.close();
            }
        };
    }

    /** Over TCP or TLS: the length of a message stands in its header. */
    static Wire stream(Socket socket) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        return new Wire() {
            @Override
            public void send(byte[] message) throws IOException {
                socket.getOutputStream().write(message);
                socket.getOutputStream().flush();
            }

            @Override
            public byte[] receive() throws IOException {
                byte[] header = in.readNBytes(20);
                if (header.length < 20) {
                    throw new IOException("the server hung up");
                }
                int length = (header[2] & 0xFF) << 8 | (header[3] & 0xFF);
                byte[] message = Arrays.copyOf(header, 20 + length);
                in.readFully(message, 20, length);
                return message;
            }

            @Override
            public void close() throws IOException {
                socket.close();
            }
        };
    }
}
