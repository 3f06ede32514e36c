package io.spillway.testkit.client;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Pictures or sound of FFmpeg's own making, encoded and cut into RTP packets by it, as they come from a socket. */
public final class SentRtp {

    private static final int TIMEOUT_MS = 10_000;

    /** Sent by us behind the last packet. */
    private static final int END_BYTES = 1;

    private SentRtp() {}

    /**
     * All packets, in order.
     *
     * @param source a graph of libavfilter, such as {@code testsrc2=size=320x180:rate=25:duration=2}
     * @param options of the encoder
     */
    public static List<byte[]> of(String source, List<String> options) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("-re", "-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p"));
        arguments.addAll(options);
        return of(arguments);
    }

    /**
     * The same of any one track.
     *
     * @param arguments what FFmpeg reads, and how it encodes it
     */
    public static List<byte[]> of(List<String> arguments) throws IOException, InterruptedException {
        List<byte[]> packets = new ArrayList<>();
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            socket.setReceiveBufferSize(4 << 20);
            socket.setSoTimeout(TIMEOUT_MS);
            Thread reader = Thread.ofVirtual().start(() -> read(socket, packets));
            List<String> command = new ArrayList<>(arguments);
            // FFmpeg calls its AV1 and VP9 packetizers experimental.
            command.addAll(List.of("-strict", "experimental", "-f", "rtp"));
            command.add("rtp://127.0.0.1:" + socket.getLocalPort() + "?pkt_size=600");
            FfmpegTool.ffmpeg(command.toArray(String[]::new));
            socket.send(new DatagramPacket(new byte[END_BYTES], END_BYTES, socket.getLocalSocketAddress()));
            reader.join(TIMEOUT_MS);
        }
        return packets;
    }

    private static void read(DatagramSocket socket, List<byte[]> packets) {
        byte[] bytes = new byte[2048];
        DatagramPacket datagram = new DatagramPacket(bytes, bytes.length);
        try {
            for (socket.receive(datagram); datagram.getLength() > END_BYTES; socket.receive(datagram)) {
                packets.add(Arrays.copyOf(bytes, datagram.getLength()));
                datagram.setLength(bytes.length);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
