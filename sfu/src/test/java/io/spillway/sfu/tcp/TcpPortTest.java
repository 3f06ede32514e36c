package io.spillway.sfu.tcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.memory.Poison;
import io.spillway.sfu.Sfu;
import io.spillway.sfu.loop.LoopAgent;
import io.spillway.sfu.loop.StreamPeer;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TcpPortTest {

    private static final int PATIENCE_MS = 30_000;

    /** So that nothing expires in tests that are not about it. */
    private static final TcpBounds WIDE = new TcpBounds(100, 100, 100, 1_000_000);

    private final List<TestLoop> loops = new ArrayList<>();
    private final List<Socket> sockets = new ArrayList<>();
    private final AtomicReference<TcpPort> opened = new AtomicReference<>();

    @AfterEach
    void close() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        TcpPort port = opened.get();
        if (port != null) {
            port.close();
        }
        loops.forEach(loop -> loop.thread.shutdownNow());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 1000, 100_000})
    void shouldFindFramesHoweverTheyAreCut(int bytesAtOnce) throws Exception {
        open(WIDE, 1);
        List<byte[]> frames = List.of(
                bytes(1, 1), bytes(2, 28), new byte[0], bytes(3, 2048), bytes(4, 3), bytes(5, 1200), bytes(6, 2047));
        byte[] stream = framed(frames);
        Socket client = connect();
        for (int at = 0; at < stream.length; at += bytesAtOnce) {
            client.getOutputStream().write(stream, at, Math.min(bytesAtOnce, stream.length - at));
        }
        for (byte[] frame : frames) {
            if (frame.length > 0) {
                assertArrayEquals(frame, loops.getFirst().next().bytes());
            }
        }
    }

    @Test
    void shouldSpoilWhatItLentOnceItIsBack() throws Exception {
        open(WIDE, 1);
        connect().getOutputStream().write(framed(List.of(bytes(1, 60))));
        TestLoop loop = loops.getFirst();
        assertEquals(60, loop.next().bytes().length);
        await(() -> loop.bursts.get() > 0);
        ByteBuffer lent = Objects.requireNonNull(loop.lent.get());
        assertTrue(Poison.isOver(lent, 0, 60));
    }

    @Test
    void shouldTellEachPeerApartAndWhereItIs() throws Exception {
        open(WIDE, 1);
        Socket one = connect();
        Socket other = connect();
        one.getOutputStream().write(framed(List.of(bytes(1, 20))));
        StreamPeer first = loops.getFirst().next().from();
        other.getOutputStream().write(framed(List.of(bytes(1, 20))));
        StreamPeer second = loops.getFirst().next().from();
        assertNotEquals(first, second);
        assertEquals(one.getLocalSocketAddress(), StreamPeer.seen(first));
        assertEquals(other.getLocalSocketAddress(), StreamPeer.seen(second));
        assertNotEquals(first, first.remote(), "not the address of a peer by UDP");
    }

    @Test
    void shouldEndAConnectionWhoseFrameIsTooLong() throws Exception {
        open(WIDE, 1);
        Socket client = connect();
        client.getOutputStream().write(framed(List.of(bytes(1, 20), bytes(2, 2049))));
        assertEquals(20, loops.getFirst().next().bytes().length);
        assertEnded(client);
        assertTrue(loops.getFirst().frames.isEmpty());
        awaitCount("ended", 1);
    }

    @Test
    void shouldEndAConnectionThatHasNoSessionInTime() throws Exception {
        open(new TcpBounds(100, 100, 100, 200), 1);
        Socket silent = connect();
        Socket idle = connect();
        idle.getOutputStream().write(framed(List.of(bytes(1, 20))));
        StreamPeer taken = loops.getFirst().next().from();
        taken.link().owned(true);
        assertEnded(silent);
        awaitCount("expired", 1);
        // The other has a session: it goes on, until that ends.
        idle.getOutputStream().write(framed(List.of(bytes(2, 30))));
        assertEquals(30, loops.getFirst().next().bytes().length);
        taken.link().owned(false);
        assertEnded(idle);
        awaitCount("expired", 2);
    }

    @Test
    void shouldTakeNoMoreThanItsBoundsAllow() throws Exception {
        open(new TcpBounds(3, 100, 2, 1_000_000), 1);
        Socket one = connect();
        StreamPeer first = talk(one);
        talk(connect());
        assertEnded(connect());
        awaitCount("refused", 1);
        // One that has a session no longer counts for its address.
        first.link().owned(true);
        talk(connect()).link().owned(true);
        // All three in use: no more in all.
        assertEnded(connect());
        awaitCount("refused", 2);
        // Who leaves makes room.
        one.close();
        loops.getFirst().awaitGone(first);
        talk(connect());
    }

    @Test
    void shouldLoseWhatASlowReaderDoesNotTakeAndNothingElse() throws Exception {
        open(WIDE, 1);
        Socket client = connect();
        StreamPeer peer = talk(client);
        Random random = new Random(1);
        List<byte[]> taken = new ArrayList<>();
        int refused = 0;
        long sentBytes = 0;
        // Until as much is refused as it takes to see that nothing more goes anywhere.
        while (refused < 1000) {
            byte[] packet = bytes(random.nextInt(), 1 + random.nextInt(1400));
            if (peer.link().send(direct(packet), 0, packet.length)) {
                taken.add(packet);
                sentBytes += packet.length;
            } else {
                refused++;
            }
        }
        assertTrue(sentBytes >= Outbox.MAX_BYTES / 2, "took " + sentBytes);
        assertTrue(sentBytes < 64 << 20, "took " + sentBytes);
        DataInputStream in = new DataInputStream(client.getInputStream());
        for (byte[] packet : taken) {
            byte[] read = new byte[in.readUnsignedShort()];
            in.readFully(read);
            assertArrayEquals(packet, read);
        }
        // And it is as good as new.
        byte[] last = bytes(1, 1200);
        assertTrue(peer.link().send(direct(last), 0, last.length));
        byte[] read = new byte[in.readUnsignedShort()];
        in.readFully(read);
        assertArrayEquals(last, read);
    }

    @Test
    void shouldReadNoFurtherThanALoopHasTaken() throws Exception {
        open(WIDE, 1);
        TestLoop loop = loops.getFirst();
        Socket client = connect();
        StreamPeer peer = talk(client);
        peer.link().owned(true);
        loop.hold();
        OutputStream out = client.getOutputStream();
        byte[] frame = framed(List.of(bytes(1, 1200)));
        AtomicInteger written = new AtomicInteger();
        Thread writer = Thread.ofVirtual().start(() -> {
            try {
                for (int i = 0; i < 20_000; i++) {
                    out.write(frame);
                    written.incrementAndGet();
                }
            } catch (IOException closed) {
                written.set(-1);
            }
        });
        // The kernel's buffers fill up, then the writer stands still.
        int seen = -1;
        while (seen != written.get()) {
            seen = written.get();
            writer.join(200);
        }
        assertTrue(seen < 20_000, "24 MB are more than the kernel holds: " + seen);
        loop.release();
        for (int i = 0; i < 20_000; i++) {
            assertEquals(1200, loop.next().bytes().length);
        }
        writer.join();
        assertEquals(20_000, written.get());
    }

    /** Each hand-over wakes two threads; one that took a single frame would hold a sender to a frame a turn of the loop. */
    @Test
    void shouldHandMoreOverAtOnceToALoopThatIsBehind() throws Exception {
        open(WIDE, 1);
        TestLoop loop = loops.getFirst();
        Socket client = connect();
        talk(client).link().owned(true);
        loop.hold();
        int before = loop.bursts.get();
        client.getOutputStream().write(framed(Collections.nCopies(60, bytes(1, 1000))));
        loop.release();
        for (int i = 0; i < 60; i++) {
            assertEquals(1000, loop.next().bytes().length);
        }
        int bursts = loop.bursts.get() - before;
        assertTrue(bursts < 20, bursts + " hand-overs for 60 KB");
    }

    @Test
    void shouldMoveToAnotherLoopInTheMiddleOfABurst() throws Exception {
        open(WIDE, 2);
        List<byte[]> frames = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            frames.add(bytes(i, 10 + i));
        }
        // Whichever loop it begins with sends it on at the seventh frame, the other takes that and the rest.
        AtomicBoolean moved = new AtomicBoolean();
        loops.forEach(loop -> {
            loop.moved = moved;
            loop.moveAt = 16;
        });
        Socket client = connect();
        client.getOutputStream().write(framed(frames));
        await(() -> loops.stream().anyMatch(loop -> !loop.frames.isEmpty()));
        TestLoop begun = loops.get(loops.get(0).begins(10) ? 0 : 1);
        TestLoop other = loops.get(1 - begun.index);
        for (int i = 0; i < 6; i++) {
            assertEquals(10 + i, begun.next().bytes().length);
        }
        assertEquals(16, begun.next().bytes().length, "seen, and left for the other");
        for (int i = 6; i < 20; i++) {
            assertArrayEquals(frames.get(i), other.next().bytes());
        }
        assertTrue(begun.frames.isEmpty());
    }

    @Test
    void shouldTellTheLoopWhenAConnectionEnds() throws Exception {
        open(WIDE, 1);
        Socket client = connect();
        StreamPeer peer = talk(client);
        client.close();
        loops.getFirst().awaitGone(peer);
        awaitCount("ended", 1);
        byte[] late = bytes(1, 10);
        await(() -> !peer.link().send(direct(late), 0, 10));
    }

    @Test
    void shouldSendWhatIsThereBeforeItCloses() throws Exception {
        open(WIDE, 1);
        Socket client = connect();
        StreamPeer peer = talk(client);
        byte[] goodbye = bytes(1, 60);
        assertTrue(peer.link().send(direct(goodbye), 0, 60));
        port().close();
        DataInputStream in = new DataInputStream(client.getInputStream());
        assertEquals(60, in.readUnsignedShort());
        byte[] read = new byte[60];
        in.readFully(read);
        assertArrayEquals(goodbye, read);
        assertEquals(-1, in.read());
    }

    @Test
    void shouldRefuseAPortThatIsTaken() throws Exception {
        open(WIDE, 1);
        InetSocketAddress same = new InetSocketAddress(InetAddress.getLoopbackAddress(), port().port());
        assertThrows(IOException.class, () -> TcpPort.open(same, List.of(), WIDE, System::nanoTime));
    }

    // Helpers

    private void open(TcpBounds bounds, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            loops.add(new TestLoop(i, count));
        }
        TcpPort port = TcpPort.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                loops.stream().map(loop -> loop.thread).toList(),
                bounds,
                System::nanoTime);
        opened.set(port);
        port.drive(loops);
    }

    private TcpPort port() {
        return Objects.requireNonNull(opened.get(), "opened first");
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port().port());
        socket.setSoTimeout(PATIENCE_MS);
        sockets.add(socket);
        return socket;
    }

    /** Sends a frame and gives the peer that the loop sees. */
    private StreamPeer talk(Socket client) throws Exception {
        client.getOutputStream().write(framed(List.of(bytes(1, 20))));
        return loops.getFirst().next().from();
    }

    private void awaitCount(String label, long count) throws InterruptedException {
        await(() -> port().counters().stream()
                .anyMatch(counter -> counter.equals(new Sfu.Counter("tcp_connections", label, count))));
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < untilNs, "in time");
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private static void assertEnded(Socket client) throws IOException {
        try {
            InputStream in = client.getInputStream();
            assertEquals(-1, in.read());
        } catch (SocketTimeoutException open) {
            throw new AssertionError("the connection is open still", open);
        } catch (SocketException reset) {
            assertFalse(client.isClosed());
        }
    }

    private static byte[] bytes(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static byte[] framed(List<byte[]> frames) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        for (byte[] frame : frames) {
            stream.write(frame.length >> 8);
            stream.write(frame.length);
            stream.writeBytes(frame);
        }
        return stream.toByteArray();
    }

    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(0, bytes);
    }

    @SuppressWarnings("ArrayRecordComponent") // compared by its bytes
    private record Frame(StreamPeer from, byte[] bytes) {}

    /** A loop that keeps what it is handed. */
    private static final class TestLoop implements LoopAgent {

        /** The first frame of that length belongs to the next loop, and what follows. */
        volatile int moveAt = -1;

        volatile AtomicBoolean moved = new AtomicBoolean();

        final AtomicInteger bursts = new AtomicInteger();
        final int index;
        final int count;
        final ExecutorService thread = Executors.newSingleThreadExecutor();
        final BlockingQueue<Frame> frames = new LinkedBlockingQueue<>();
        final BlockingQueue<StreamPeer> gone = new LinkedBlockingQueue<>();
        final AtomicReference<CountDownLatch> held = new AtomicReference<>();
        final AtomicReference<ByteBuffer> lent = new AtomicReference<>();

        TestLoop(int index, int count) {
            this.index = index;
            this.count = count;
        }

        Frame next() throws InterruptedException {
            Frame frame = frames.poll(PATIENCE_MS, TimeUnit.MILLISECONDS);
            if (frame == null) {
                throw new AssertionError("no frame");
            }
            return frame;
        }

        /** Whether its first frame has that length. */
        boolean begins(int length) {
            Frame first = frames.peek();
            return first != null && first.bytes().length == length;
        }

        void awaitGone(StreamPeer peer) throws InterruptedException {
            assertEquals(peer, gone.poll(PATIENCE_MS, TimeUnit.MILLISECONDS));
        }

        void hold() {
            var latch = new CountDownLatch(1);
            held.set(latch);
            thread.execute(() -> {
                try {
                    assertTrue(latch.await(PATIENCE_MS, TimeUnit.MILLISECONDS));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }

        void release() {
            var latch = held.get();
            if (latch != null) {
                latch.countDown();
            }
        }

        @Override
        public void onDatagram(ByteBuffer buffer, int offset, int length, InetSocketAddress from, long nowNs) {
            byte[] bytes = new byte[length];
            buffer.get(offset, bytes);
            lent.set(buffer);
            StreamPeer peer = (StreamPeer) from;
            frames.add(new Frame(peer, bytes));
            if (length == moveAt && moved.compareAndSet(false, true)) {
                peer.link().moveTo((index + 1) % count);
            }
        }

        @Override
        public void onGone(StreamPeer peer, long nowNs) {
            gone.add(peer);
        }

        @Override
        public void onBurstEnd(long nowNs) {
            bursts.incrementAndGet();
        }

        @Override
        public long nextDeadlineNs() {
            return Long.MAX_VALUE;
        }

        @Override
        public void onTimeout(long nowNs) {}
    }
}
