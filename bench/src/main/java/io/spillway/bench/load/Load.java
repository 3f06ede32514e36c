package io.spillway.bench.load;

import io.spillway.bench.linux.ProcessClock;
import io.spillway.bench.linux.UdpPort;
import io.spillway.bench.machine.ReceiveErrors;
import io.spillway.bench.machine.SocketDrops;
import io.spillway.sfu.dtls.DtlsIdentity;
import io.spillway.sfu.dtls.bc.BcIdentity;
import io.spillway.sfu.ice.IceCredentials;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Publishers and viewers of one generator, as the programs command them. One commanding thread; calls block. */
public final class Load implements AutoCloseable {

    /** Every so manyth viewer decrypts and authenticates all it gets. */
    public static final int SAMPLED_OF = 16;

    private static final int WANTED_BUFFER_BYTES = 64 << 20;
    private static final int MOST_PORTS = 64;
    private static final long PATIENCE_NS = 20_000_000_000L;
    private static final long JOIN_PATIENCE_NS = 10_000_000_000L;
    private static final long START_AFTER_NS = 100_000_000L;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final int FIRST_PEER = 256;
    private static final int CREATED = 201;

    private record Watching(Viewer viewer, Session session) {}

    private final LoadConfig config;
    private final BlockingThreads threads = new BlockingThreads();
    private final DtlsIdentity identity = BcIdentity.create(new SecureRandom(), Instant.now());
    private final LoadLoop loop;
    private final Thread thread;
    private final Set<Integer> ownPorts;
    private final int base;
    private final AtomicInteger nextPeer = new AtomicInteger(FIRST_PEER);
    private final AtomicInteger nextSample = new AtomicInteger();
    private final Map<String, Publisher> publishers = new HashMap<>();
    private final Deque<Watching> viewers = new ArrayDeque<>();

    private long windowNs;
    private long windowCpuNs;
    private long windowOwnDrops;
    private long windowKernelLosses;
    private long windowUnsent;
    private long windowSkipped;
    private long windowEnded;

    private Load(LoadConfig config) {
        this.config = config;
        this.base = Stun.number(config.base());
        this.loop = new LoadLoop(ports(), base, config.lossPerMille(), identity, threads, new SplittableRandom());
        this.ownPorts = loop.ports().stream().map(UdpPort::port).collect(Collectors.toUnmodifiableSet());
        this.thread = new Thread(loop, "load");
        thread.setDaemon(true);
        thread.start();
    }

    public static Load open(LoadConfig config) {
        return new Load(config);
    }

    /** One port when the kernel grants a large queue, as it does root; else so many that their queues add up to one. */
    private static List<UdpPort> ports() {
        List<UdpPort> ports = new ArrayList<>();
        long granted = 0;
        while (granted < WANTED_BUFFER_BYTES && ports.size() < MOST_PORTS) {
            UdpPort port = UdpPort.open(WANTED_BUFFER_BYTES);
            ports.add(port);
            granted += port.receiveBufferBytes();
        }
        return ports;
    }

    // Publishers

    /** Brings a stream on air; its frames begin {@code phase} (0 to 1) of a frame's time after a full multiple of it. */
    public void publish(String stream, Shape shape, double phase) throws IOException, InterruptedException {
        Session session = post(config.whip(stream), stream, true, shape);
        CompletableFuture<Void> connected = new CompletableFuture<>();
        Publisher publisher = onLoop(() -> {
            Publisher made = new Publisher(loop, session, shape, () -> connected.complete(null));
            loop.add(made, session.address());
            return made;
        });
        await(connected, "the publisher of " + stream + " was not connected");
        onLoop(() -> {
            long firstNs = System.nanoTime() + START_AFTER_NS;
            long even = firstNs - firstNs % shape.intervalNs() + shape.intervalNs();
            publisher.start(even + (long) (phase * shape.intervalNs()));
            loop.addSource(publisher);
            return null;
        });
        publishers.put(stream, publisher);
    }

    /** Lets a stream leave its frames out, or send again. */
    public void pause(String stream, boolean on) throws InterruptedException {
        Publisher publisher = publisher(stream);
        onLoop(() -> {
            publisher.pause(on);
            return null;
        });
    }

    /** Streams that the server has ended. */
    public long endedStreams() throws InterruptedException {
        return onLoop(() -> publishers.values().stream()
                .filter(publisher -> !publisher.isRunning())
                .count());
    }

    /** Ends a stream; its viewers are to be gone already. */
    public void unpublish(String stream) throws InterruptedException {
        Publisher publisher = publisher(stream);
        publishers.remove(stream);
        onLoop(() -> {
            publisher.close();
            loop.removeSource(publisher);
            loop.remove(publisher.session().address());
            return null;
        });
        delete(publisher.session());
    }

    private Publisher publisher(String stream) {
        Publisher publisher = publishers.get(stream);
        if (publisher == null) {
            throw new IllegalArgumentException("no stream " + stream);
        }
        return publisher;
    }

    // Viewers

    public int viewers() {
        return viewers.size();
    }

    /** Adds viewers, evenly over the publishers, at a steady pace that no slow join delays; those that fail are gone. */
    public Joins watch(List<String> streams, int count, int perSecond) throws InterruptedException {
        Queue<Watching> added = new ConcurrentLinkedQueue<>();
        Joins joins = join(streams, count, perSecond, added, count);
        viewers.addAll(added);
        return joins;
    }

    /** As {@link #watch}, but nobody stays: whenever more than {@code staying} are there, who came first leaves, with a DELETE. */
    public Joins comeAndGo(List<String> streams, int count, int perSecond, int staying) throws InterruptedException {
        Queue<Watching> added = new ConcurrentLinkedQueue<>();
        Joins joins = join(streams, count, perSecond, added, staying);
        leave(List.copyOf(added));
        return joins;
    }

    private Joins join(List<String> streams, int count, int perSecond, Queue<Watching> added, int staying)
            throws InterruptedException {
        Joins joins = new Joins(count);
        List<CompletableFuture<Void>> going = new ArrayList<>();
        long startNs = System.nanoTime();
        for (int i = 0; i < count; i++) {
            long atNs = startNs + i * SECOND_NS / perSecond;
            while (System.nanoTime() < atNs) {
                LockSupport.parkNanos(atNs - System.nanoTime());
            }
            int n = viewers.size() + i;
            String stream = streams.get(n % streams.size());
            Publisher publisher = publisher(stream);
            boolean sampled = nextSample.getAndIncrement() % SAMPLED_OF == 0;
            if (!threads.start(() -> join(stream, publisher, sampled, joins, added))) {
                joins.failed("the generator has too many joins under way");
            }
            Watching oldest = i < staying ? null : added.poll();
            if (oldest != null) {
                going.add(letGo(oldest));
            }
        }
        joins.await(JOIN_PATIENCE_NS);
        awaitGone(going);
        return joins;
    }

    private void join(String stream, Publisher publisher, boolean sampled, Joins joins, Queue<Watching> added) {
        long postedNs = System.nanoTime();
        try {
            Session session = post(config.whep(stream), stream, false, publisher.shape());
            onLoop(() -> {
                Viewer viewer = new Viewer(loop, session, publisher, sampled, postedNs, new Outcome(joins));
                loop.add(viewer, session.address());
                added.add(new Watching(viewer, session));
                return null;
            });
        } catch (IOException | IllegalStateException refused) {
            joins.failed(refused.toString().lines().findFirst().orElse("?"));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private record Outcome(Joins joins) implements Viewer.JoinListener {

        @Override
        public void onJoined(long tookNs) {
            joins.succeeded(tookNs);
        }

        @Override
        public void onFailed(String why) {
            joins.failed(why);
        }
    }

    /** Lets the first or the last viewers go, with a DELETE each. */
    public void leave(int count, boolean newest) throws InterruptedException {
        List<Watching> leaving = new ArrayList<>();
        for (int i = 0; i < count && !viewers.isEmpty(); i++) {
            leaving.add(newest ? viewers.removeLast() : viewers.removeFirst());
        }
        leave(leaving);
    }

    /** Lets those go that have joined but never got a keyframe. */
    public void leaveUnserved() throws InterruptedException {
        List<Watching> unserved = onLoop(() ->
                viewers.stream().filter(each -> !each.viewer.isDecodable()).toList());
        viewers.removeAll(unserved);
        leave(unserved);
    }

    private void leave(List<Watching> all) throws InterruptedException {
        List<CompletableFuture<Void>> going = new ArrayList<>();
        for (Watching gone : all) {
            going.add(letGo(gone));
        }
        awaitGone(going);
    }

    private CompletableFuture<Void> letGo(Watching gone) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Runnable leaving = () -> {
            try {
                onLoop(() -> {
                    gone.viewer.close();
                    loop.remove(gone.session.address());
                    return null;
                });
                delete(gone.session);
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
            } finally {
                done.complete(null);
            }
        };
        while (!threads.start(leaving)) {
            LockSupport.parkNanos(SECOND_NS / 1_000);
        }
        return done;
    }

    private void awaitGone(List<CompletableFuture<Void>> going) throws InterruptedException {
        for (CompletableFuture<Void> each : going) {
            await(each, "a viewer could not leave");
        }
    }

    // Measuring

    /** Measures for a time. */
    public Window measure(double seconds) throws InterruptedException {
        begin();
        pass(seconds);
        return end();
    }

    /** Lets the load go on for a time. */
    public void pass(double seconds) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep((long) (seconds * SECOND_NS));
    }

    /** Begins a measurement. */
    public void begin() throws InterruptedException {
        windowCpuNs = ProcessClock.cpuNs(ProcessHandle.current().pid());
        onLoop(() -> {
            loop.tally().clear();
            windowOwnDrops = SocketDrops.now(ownPorts);
            windowKernelLosses = ReceiveErrors.now();
            windowUnsent = loop.portUnsent();
            windowSkipped = skipped();
            windowEnded = loop.lostViewers();
            windowNs = System.nanoTime();
            return null;
        });
    }

    /** Ends it and gives what was measured. */
    public Window end() throws InterruptedException {
        return onLoop(() -> {
            Tally tally = loop.tally();
            double seconds = (System.nanoTime() - windowNs) / (double) SECOND_NS;
            long cpuNs = ProcessClock.cpuNs(ProcessHandle.current().pid()) - windowCpuNs;
            return new Window(
                    seconds,
                    tally.sent,
                    tally.expected,
                    tally.packets,
                    tally.bytes,
                    tally.authenticated,
                    tally.gaps,
                    tally.recovered,
                    tally.nacks,
                    tally.repairs,
                    tally.lost,
                    Math.max(0, skipped() - windowSkipped),
                    viewers.stream().filter(each -> each.viewer.lost() > 0).count(),
                    tally.authenticationFailures + tally.headerErrors + tally.foreignStamps,
                    loop.lostViewers() - windowEnded,
                    loop.lastLoss(),
                    tally.hop.copy(),
                    tally.sinceIntended.copy(),
                    tally.lateness.copy(),
                    cpuNs / (seconds * SECOND_NS),
                    SocketDrops.now(ownPorts) - windowOwnDrops,
                    ReceiveErrors.now() - windowKernelLosses,
                    loop.portUnsent() - windowUnsent);
        });
    }

    private long skipped() {
        return viewers.stream().mapToLong(each -> each.viewer.skipped()).sum();
    }

    // HTTP

    private Session post(URI uri, String stream, boolean sends, Shape shape) throws IOException {
        int n = nextPeer.getAndIncrement();
        while (isBroadcast(n)) {
            n = nextPeer.getAndIncrement();
        }
        int address = base + n % Reference.FIRST_SINK;
        InetAddress from = inet(address);
        ThreadLocalRandom random = ThreadLocalRandom.current();
        IceCredentials ice = IceCredentials.create(random);
        int ssrc = random.nextInt() | 1;
        int rtxSsrc = ssrc + 1;
        String offer = Offer.write(sends, shape.isVideo(), ice, identity, ssrc, rtxSsrc);
        HttpCall.Reply reply = HttpCall.send("POST", uri, from, config.token(stream), offer);
        if (reply.status() != CREATED) {
            throw new IOException("POST " + uri.getPath() + " was answered " + reply.status() + " " + reply.body());
        }
        Answer answer = Answer.read(reply.body(), config.serverAddress());
        return new Session(
                stream, address, from, ice, ssrc, rtxSsrc, answer, uri.resolve(reply.header("location", "")));
    }

    private void delete(Session session) {
        try {
            HttpCall.send("DELETE", session.resource(), session.from(), config.token(session.stream()), null);
        } catch (IOException gone) {
            // The server ends the session by itself when consent runs out.
            return;
        }
    }

    /** Addresses that end in 0 or 255 are left out: some hosts take them for broadcast. */
    static boolean isBroadcast(int address) {
        return (address & 0xFF) == 0 || (address & 0xFF) == 0xFF;
    }

    static InetAddress inet(int address) {
        try {
            return InetAddress.getByAddress(
                    ByteBuffer.allocate(Integer.BYTES).putInt(0, address).array());
        } catch (UnknownHostException impossible) {
            throw new AssertionError("four bytes are an address", impossible);
        }
    }

    // The loop

    <T> T onLoop(Supplier<T> work) throws InterruptedException {
        CompletableFuture<T> done = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                done.complete(work.get());
            } catch (RuntimeException | Error broken) {
                done.completeExceptionally(broken);
            }
        });
        return await(done, "the generator's loop did not answer");
    }

    LoadLoop loop() {
        return loop;
    }

    int base() {
        return base;
    }

    private <T> T await(CompletableFuture<T> future, String otherwise) throws InterruptedException {
        try {
            return future.get(PATIENCE_NS, TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            Throwable defect = loop.defect();
            throw new IllegalStateException(
                    otherwise + (defect == null ? " within " + PATIENCE_NS / SECOND_NS + " s" : ": " + defect), late);
        } catch (ExecutionException broken) {
            throw new IllegalStateException(otherwise, broken.getCause());
        }
    }

    /** Lets publishers go; viewers find out by themselves. */
    @Override
    public void close() {
        for (Publisher publisher : publishers.values()) {
            delete(publisher.session());
        }
        loop.stop();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(1));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
        threads.close();
    }
}
