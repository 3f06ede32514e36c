package io.spillway.bench.load;

import io.spillway.bench.linux.UdpPort;
import io.spillway.media.rtp.RtpHeaderWriter;
import io.spillway.sfu.srtp.SrtpKeys;
import io.spillway.sfu.srtp.SrtpProfile;
import io.spillway.sfu.srtp.SrtpReceiver;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The C reference under the same load: the same shape, the same sockets, every 16th destination decrypting all it gets. */
public final class Reference implements AutoCloseable {

    /** Offsets from the generator's base address from here on belong to the reference's destinations. */
    static final int FIRST_SINK = 0xC000;

    private static final int FEED = FIRST_SINK + 1;
    private static final int FIRST_DESTINATION = FIRST_SINK + 256 + 1;
    private static final int LOOPBACK = 0x7F000001;
    private static final int SALT_LABEL = 2;
    private static final long START_AFTER_NS = 50_000_000L;
    private static final int END_SECONDS = 5;

    private final Load load;
    private final Process process;
    private final Feed feed;

    private Reference(Load load, Process process, Feed feed) {
        this.load = load;
        this.process = process;
        this.feed = feed;
    }

    /**
     * Starts it, silent at first.
     *
     * @param launch the program, behind what is to run it where it shall
     * @param address IPv4 address at which it is reached, host order; 0 for this machine's
     */
    public static Reference start(Load load, List<String> launch, int address, Shape shape, int destinations)
            throws IOException, InterruptedException {
        SrtpKeys keys = new SrtpKeys(SrtpProfile.AEAD_AES_128_GCM, new byte[SrtpProfile.KEY_BYTES], new byte[] {
            1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
        });
        int port = freePort();
        UdpPort sinks = load.loop().ports().getFirst();
        List<String> command = new ArrayList<>(launch);
        command.addAll(List.of(
                Integer.toString(port),
                Integer.toString(destinations),
                Load.inet(load.base() + FIRST_DESTINATION).getHostAddress(),
                Integer.toString(sinks.port()),
                HexFormat.of().formatHex(sessionKey(keys, 0, SrtpProfile.KEY_BYTES)),
                HexFormat.of()
                        .formatHex(sessionKey(keys, SALT_LABEL, keys.profile().saltBytes()))));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "kill-reference"));
        BufferedReader output = process.inputReader();
        String first = output.readLine();
        if (!"ready".equals(first)) {
            throw new IOException("the reference did not start: " + first);
        }
        Feed feed =
                new Feed(load.loop(), shape, load.base() + FEED, address == 0 ? LOOPBACK : address, port, destinations);
        load.onLoop(() -> {
            int at = load.base() + FIRST_DESTINATION;
            for (int i = 0; i < destinations; i++, at++) {
                while (Load.isBroadcast(at)) {
                    at++;
                }
                load.loop().addSink(new Sink(load.loop(), keys, i + 1, i % Load.SAMPLED_OF == 0), at);
            }
            load.loop().addSource(feed);
            return null;
        });
        return new Reference(load, process, feed);
    }

    private static int freePort() throws IOException {
        try (DatagramSocket probe = new DatagramSocket(0, InetAddress.getByAddress(new byte[4]))) {
            return probe.getLocalPort();
        }
    }

    /** RFC 3711 §4.3: key stream of AES in counter mode from the salt, in whose 8th byte the label is mixed. */
    static byte[] sessionKey(SrtpKeys master, int label, int bytes) {
        byte[] iv = Arrays.copyOf(master.salt(), 16);
        iv[7] ^= (byte) label;
        try {
            Cipher aes = Cipher.getInstance("AES/CTR/NoPadding");
            aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(master.key(), "AES"), new IvParameterSpec(iv));
            return aes.doFinal(new byte[bytes]);
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError("every Java has AES in counter mode", impossible);
        }
    }

    public long processId() {
        return process.pid();
    }

    /** Begins to send, or stops. */
    public void send(boolean on) throws InterruptedException {
        load.onLoop(() -> {
            feed.run(on);
            return null;
        });
    }

    @Override
    public void close() {
        load.loop().execute(() -> load.loop().removeSource(feed));
        process.destroy();
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException stopping) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** The publisher of the reference: plain RTP. */
    private static final class Feed implements Source {

        private final LoadLoop loop;
        private final Shape shape;
        private final int own;
        private final int address;
        private final int port;
        private final int destinations;
        private final RtpHeaderWriter header = new RtpHeaderWriter();
        private long startNs;
        private long frame;
        private boolean running;
        private int sequence;
        private long number;

        Feed(LoadLoop loop, Shape shape, int own, int address, int port, int destinations) {
            this.loop = loop;
            this.shape = shape;
            this.own = own;
            this.address = address;
            this.port = port;
            this.destinations = destinations;
        }

        void run(boolean on) {
            running = on;
            startNs = System.nanoTime() + START_AFTER_NS;
            frame = 0;
        }

        @Override
        public long nextFrameNs() {
            return running ? startNs + frame * shape.intervalNs() : Long.MAX_VALUE;
        }

        @Override
        public void sendFrame() {
            long intendedNs = nextFrameNs() + loop.realOffsetNs();
            int packets = shape.packets(frame);
            UdpPort sending = loop.portOf(own);
            for (int i = 0; i < packets; i++) {
                int slot = sending.slot();
                ByteBuffer buffer = sending.sendBuffer();
                header.begin(buffer, slot, Offer.H264, i == packets - 1, sequence, (int) number, 1);
                int headerLength = header.finish();
                int length = headerLength + shape.write(frame, i, buffer, slot + headerLength);
                long sentNs = loop.realNowNs();
                Stamp.write(buffer, slot + length, number++, intendedNs, sentNs);
                Tally.record(loop.tally().lateness, sentNs - intendedNs);
                sending.queue(length, own, address, port);
                sequence = (sequence + 1) & 0xFFFF;
            }
            loop.tally().sent += packets;
            loop.tally().expected += (long) packets * destinations;
            frame++;
        }
    }

    /** One destination. */
    private static final class Sink implements Peer {

        private static final int RTP_HEADER_BYTES = 12;

        private final LoadLoop loop;
        private final SrtpReceiver receiver;
        private final int ssrc;
        private final boolean sampled;
        private int next = -1;

        Sink(LoadLoop loop, SrtpKeys keys, int ssrc, boolean sampled) {
            this.loop = loop;
            this.receiver = new SrtpReceiver(loop.srtp(), keys);
            this.ssrc = ssrc;
            this.sampled = sampled;
        }

        @Override
        public void onDatagram(
                ByteBuffer buffer, int offset, int length, int from, int fromPort, long kernelRealNs, long nowNs) {
            Tally tally = loop.tally();
            if (length < RTP_HEADER_BYTES || buffer.getInt(offset + 8) != ssrc) {
                tally.headerErrors++;
                return;
            }
            int sequence = buffer.getShort(offset + 2) & 0xFFFF;
            if (next >= 0 && sequence != next) {
                int missing = sequence - next & 0xFFFF;
                tally.gaps += missing;
                tally.lost += missing;
            }
            next = (sequence + 1) & 0xFFFF;
            tally.packets++;
            tally.bytes += length;
            if (sampled) {
                authenticate(buffer, offset, length, kernelRealNs, nowNs);
            }
        }

        private void authenticate(ByteBuffer buffer, int offset, int length, long kernelRealNs, long nowNs) {
            Tally tally = loop.tally();
            int opened = receiver.unprotectRtp(buffer, offset, length, loop.plain());
            if (Link.isRefused(opened) || !Stamp.isAt(loop.plain(), opened)) {
                tally.authenticationFailures++;
                return;
            }
            tally.authenticated++;
            Tally.record(tally.hop, kernelRealNs - Stamp.sentNs(loop.plain(), opened));
            Tally.record(tally.sinceIntended, nowNs + loop.realOffsetNs() - Stamp.intendedNs(loop.plain(), opened));
        }

        @Override
        public void onTick(long nowNs) {}

        @Override
        public boolean isRestless() {
            return false;
        }

        @Override
        public void onSecond(long nowNs) {}
    }
}
