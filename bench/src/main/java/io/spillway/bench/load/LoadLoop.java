package io.spillway.bench.load;

import io.spillway.bench.linux.CurrentThread;
import io.spillway.bench.linux.Poller;
import io.spillway.bench.linux.RealClock;
import io.spillway.bench.linux.UdpPort;
import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.rtcp.RtcpWriter;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.sfu.dtls.DtlsIdentity;
import io.spillway.sfu.dtls.HandshakeRunner;
import io.spillway.sfu.srtp.SrtpProvider;
import io.spillway.sfu.srtp.jitsi.JitsiSrtp;
import io.spillway.sfu.srtp.openssl.OpenSslSrtp;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that sends and receives for all peers. What is due is sent between any two batches received, so that a flood does not delay the
 * schedule by more than a batch.
 */
final class LoadLoop implements Runnable, Executor, UdpPort.Receiver {

    /** A /16: as many addresses as peers at once. */
    static final int ADDRESSES = 1 << 16;

    private static final long TICK_NS = 5_000_000L;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long LONGEST_WAIT_NS = 50_000_000L;
    private static final int PACKET_BYTES = 2_048;
    private static final int MOST_PASSES = 32;
    private static final int PER_MILLE = 1_000;

    private final List<UdpPort> ports;
    private final Poller poller;
    private final int baseAddress;
    private final int lossPerMille;
    private final DtlsIdentity identity;
    private final HandshakeRunner handshakes;
    private final RandomGenerator random;
    private final SrtpProvider srtp = provider();
    private final RealClock realClock = new RealClock();
    private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
    private final @Nullable Peer[] peers = new @Nullable Peer[ADDRESSES];
    private final List<Source> sources = new ArrayList<>();
    private final Set<Peer> restless = new LinkedHashSet<>();
    private final ArrayDeque<Due> secondly = new ArrayDeque<>();

    private final Tally tally = new Tally();
    private final Stun stun = new Stun();
    private final RtpPacket packet = new RtpPacket();
    private final PayloadInfo payloadInfo = new PayloadInfo();
    private final RtcpWriter writer = new RtcpWriter();
    private final ByteBuffer plain = ByteBuffer.allocateDirect(PACKET_BYTES);
    private final ByteBuffer rtcp = ByteBuffer.allocateDirect(1_200);

    private long batchNs;
    private long nextTickNs;
    private long realOffsetNs;
    private long strangers;
    private long lostViewers;
    private String lastLoss = "";
    private volatile boolean stopped;
    private volatile @Nullable Throwable defect;

    private record Due(Peer peer, int address, long atNs) {}

    LoadLoop(
            List<UdpPort> ports,
            int baseAddress,
            int lossPerMille,
            DtlsIdentity identity,
            HandshakeRunner handshakes,
            RandomGenerator random) {
        this.ports = List.copyOf(ports);
        this.poller = new Poller(this.ports);
        this.baseAddress = baseAddress;
        this.lossPerMille = lossPerMille;
        this.identity = identity;
        this.handshakes = handshakes;
        this.random = random;
    }

    private static SrtpProvider provider() {
        return OpenSslSrtp.load().map(SrtpProvider.class::cast).orElseGet(JitsiSrtp::new);
    }

    @Override
    public void run() {
        CurrentThread.wakeExactly();
        nextTickNs = System.nanoTime() + TICK_NS;
        try {
            while (!stopped) {
                turn();
            }
        } catch (RuntimeException | Error broken) {
            defect = broken;
            throw broken;
        }
        poller.close();
        ports.forEach(UdpPort::close);
    }

    private void turn() {
        long nowNs = System.nanoTime();
        long wakeNs = Math.min(nextFrameNs(), restless.isEmpty() ? Long.MAX_VALUE : nextTickNs);
        Due due = secondly.peekFirst();
        wakeNs = Math.min(wakeNs, due == null ? Long.MAX_VALUE : due.atNs);
        poller.await(Math.min(wakeNs - nowNs, LONGEST_WAIT_NS));
        realOffsetNs = realClock.nowNs() - System.nanoTime();
        runCommands();
        pump();
        boolean more = true;
        // Bounded, so that commands and timers get their turn under a flood, too.
        for (int pass = 0; more && pass < MOST_PASSES; pass++) {
            more = false;
            for (int i = 0; i < ports.size(); i++) {
                if (pass > 0 || poller.ready(i)) {
                    batchNs = 0;
                    more |= ports.get(i).receive(this);
                    pump();
                }
            }
        }
        timers();
        flush();
    }

    private void runCommands() {
        for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
            command.run();
        }
    }

    /** Sends the frames that are due, and whatever else is queued. */
    private void pump() {
        long nowNs = System.nanoTime();
        for (int i = 0; i < sources.size(); i++) {
            Source source = sources.get(i);
            while (source.nextFrameNs() <= nowNs) {
                source.sendFrame();
                flush();
            }
        }
    }

    private long nextFrameNs() {
        long next = Long.MAX_VALUE;
        for (int i = 0; i < sources.size(); i++) {
            next = Math.min(next, sources.get(i).nextFrameNs());
        }
        return next;
    }

    private void timers() {
        long nowNs = System.nanoTime();
        if (nowNs >= nextTickNs) {
            nextTickNs = nowNs + TICK_NS;
            for (Iterator<Peer> each = restless.iterator(); each.hasNext(); ) {
                Peer peer = each.next();
                peer.onTick(nowNs);
                if (!peer.isRestless()) {
                    each.remove();
                }
            }
        }
        // All have the same period, so that the queue is in order of time but for moments.
        for (Due due = secondly.peekFirst(); due != null && due.atNs <= nowNs; due = secondly.peekFirst()) {
            secondly.removeFirst();
            if (due.peer.equals(peers[due.address - baseAddress])) {
                due.peer.onSecond(nowNs);
                secondly.addLast(new Due(due.peer, due.address, due.atNs + SECOND_NS));
            }
        }
    }

    private void flush() {
        for (int i = 0; i < ports.size(); i++) {
            ports.get(i).flush();
        }
    }

    @Override
    public void onDatagram(
            ByteBuffer buffer, int offset, int length, int to, int from, int fromPort, long kernelRealNs) {
        if (batchNs == 0) {
            batchNs = System.nanoTime();
        }
        int at = to - baseAddress;
        Peer peer = at >= 0 && at < ADDRESSES ? peers[at] : null;
        if (peer == null) {
            strangers++;
        } else {
            peer.onDatagram(buffer, offset, length, from, fromPort, kernelRealNs, batchNs);
        }
    }

    /** Runs a command on the loop's thread. */
    @Override
    public void execute(Runnable command) {
        commands.add(command);
        poller.wake();
    }

    /** What ended the loop before its time, or null. Any thread. */
    @Nullable
    Throwable defect() {
        return defect;
    }

    void stop() {
        execute(() -> stopped = true);
    }

    // What follows is for the loop's thread only.

    void add(Peer peer, int address) {
        peers[address - baseAddress] = peer;
        long nowNs = System.nanoTime();
        secondly.addLast(new Due(peer, address, nowNs + SECOND_NS));
        makeRestless(peer);
        peer.onTick(nowNs);
    }

    void addSource(Source source) {
        sources.add(source);
    }

    void removeSource(Source source) {
        sources.remove(source);
    }

    void remove(int address) {
        peers[address - baseAddress] = null;
    }

    void makeRestless(Peer peer) {
        restless.add(peer);
    }

    void onLostViewer(String why) {
        lostViewers++;
        lastLoss = why;
    }

    void onLostPublisher(String why) {
        lostViewers++;
        lastLoss = "publisher: " + why;
    }

    /** Whether this packet is thrown away as a bad network would. */
    boolean losesOne() {
        return lossPerMille > 0 && random.nextInt(PER_MILLE) < lossPerMille;
    }

    /** A peer that has no reports to send and no handshake to make. */
    void addSink(Peer peer, int address) {
        peers[address - baseAddress] = peer;
    }

    List<UdpPort> ports() {
        return ports;
    }

    UdpPort portOf(int address) {
        return ports.get((address - baseAddress) % ports.size());
    }

    long realNowNs() {
        return realClock.nowNs();
    }

    /** Nanoseconds since 1970 less {@link System#nanoTime}. */
    long realOffsetNs() {
        return realOffsetNs;
    }

    Tally tally() {
        return tally;
    }

    Stun stun() {
        return stun;
    }

    SrtpProvider srtp() {
        return srtp;
    }

    DtlsIdentity identity() {
        return identity;
    }

    HandshakeRunner handshakes() {
        return handshakes;
    }

    RandomGenerator random() {
        return random;
    }

    ByteBuffer plain() {
        return plain;
    }

    RtpPacket packet() {
        return packet;
    }

    PayloadInfo payloadInfo() {
        return payloadInfo;
    }

    RtcpWriter writer() {
        return writer;
    }

    ByteBuffer rtcp() {
        return rtcp;
    }

    long strangers() {
        return strangers;
    }

    long lostViewers() {
        return lostViewers;
    }

    String lastLoss() {
        return lastLoss;
    }

    long portOverflows() {
        return ports.stream().mapToLong(UdpPort::overflows).sum();
    }

    long portUnsent() {
        return ports.stream().mapToLong(UdpPort::unsent).sum();
    }
}
