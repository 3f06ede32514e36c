package io.spillway.sfu.loop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.DropCounters;
import io.spillway.sfu.DropReason;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every kind of media port does, over loopback with real sockets. */
public abstract class MediaPortContract {

    private static final int WAIT_SECONDS = 10;

    private final List<MediaPort> opened = new ArrayList<>();

    protected abstract List<? extends MediaPort> open(InetSocketAddress bind, List<DropCounters> drops)
            throws IOException;

    @AfterEach
    void closePorts() {
        opened.forEach(MediaPort::close);
    }

    @Test
    void shouldAnswerEachDatagramToWhereItCameFrom() throws Exception {
        MediaPort port = ports("127.0.0.1", 1).getFirst();
        drive(port, new Echo(port));
        try (DatagramSocket one = client();
                DatagramSocket other = client()) {
            send(one, port, "one");
            send(other, port, "other");
            assertEquals("one", receive(one));
            assertEquals("other", receive(other));
        }
    }

    @Test
    void shouldShowPeersByTheirOwnFamilyWhenListeningOnAllAddresses() throws Exception {
        MediaPort port = ports("0.0.0.0", 1).getFirst();
        Echo echo = new Echo(port);
        drive(port, echo);
        try (DatagramSocket client = client()) {
            send(client, port, "v4");
            assertEquals("v4", receive(client));
            assertInstanceOf(Inet4Address.class, echo.from().getAddress());
            assertEquals(at("127.0.0.1", client.getLocalPort()), echo.last);
        }
        try (DatagramSocket client = new DatagramSocket(at("::1", 0))) {
            client.setSoTimeout(WAIT_SECONDS * 1_000);
            client.send(packet("v6", at("::1", port.port())));
            assertEquals("v6", receive(client));
            assertInstanceOf(Inet6Address.class, echo.from().getAddress());
            assertEquals(at("::1", client.getLocalPort()), echo.last);
        }
    }

    @Test
    void shouldKeepTheOrderOfWhatIsSentToOnePeer() throws Exception {
        MediaPort port = ports("127.0.0.1", 1).getFirst();
        try (DatagramSocket client = client()) {
            InetSocketAddress to = at("127.0.0.1", client.getLocalPort());
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                // Equal sizes, shorter ones and longer ones follow one another.
                expected.add("#" + i + "-".repeat(i % 7 == 0 ? i : 1000 / (1 + i / 50)));
            }
            port.execute(() -> {
                for (String text : expected) {
                    byte[] bytes = text.getBytes(UTF_8);
                    port.send(ByteBuffer.wrap(bytes), 0, bytes.length, to);
                }
            });
            for (String text : expected) {
                assertEquals(text, receive(client));
            }
        }
    }

    @Test
    void shouldGoOnAfterADefectInWhatIsSent() throws Exception {
        MediaPort port = ports("127.0.0.1", 1).getFirst();
        drive(port, new Echo(port));
        port.execute(
                () -> port.send(ByteBuffer.allocateDirect(10), 0, 1, InetSocketAddress.createUnresolved("nowhere", 1)));
        try (DatagramSocket client = client()) {
            // An answer that was written in the same turn is lost with it.
            send(client, port, "still there");
            if (!receive(client).equals("still there")) {
                send(client, port, "still there");
                assertEquals("still there", receive(client));
            }
        }
    }

    @Test
    void shouldDropByNameWhatIsTooLongForADatagramOfMedia() throws Exception {
        List<DropCounters> drops = counters(1);
        MediaPort port = open(at("127.0.0.1", 0), drops).getFirst();
        opened.add(port);
        drive(port, new Echo(port));
        try (DatagramSocket client = client()) {
            String longest = "x".repeat(MediaPort.MAX_DATAGRAM_BYTES);
            send(client, port, longest + "x");
            send(client, port, longest + longest);
            send(client, port, longest);
            assertEquals(longest, receive(client), "whole, and the first that is answered");
            assertEquals(2, drops.getFirst().dropped(DropReason.TOO_LARGE));
        }
    }

    @Test
    void shouldTellTheAgentWhenABurstEndsAndWhenItsDeadlineComes() throws Exception {
        MediaPort port = ports("127.0.0.1", 1).getFirst();
        CountDownLatch ended = new CountDownLatch(1);
        CountDownLatch due = new CountDownLatch(1);
        drive(port, new Echo(port) {
            private long deadlineNs = Long.MAX_VALUE;

            @Override
            public void onBurstEnd(long nowNs) {
                ended.countDown();
                deadlineNs = nowNs + 20_000_000;
            }

            @Override
            public long nextDeadlineNs() {
                return deadlineNs;
            }

            @Override
            public void onTimeout(long nowNs) {
                assertTrue(nowNs >= deadlineNs);
                deadlineNs = Long.MAX_VALUE;
                due.countDown();
            }
        });
        try (DatagramSocket client = client()) {
            send(client, port, "now");
            assertTrue(ended.await(WAIT_SECONDS, TimeUnit.SECONDS));
            assertTrue(due.await(WAIT_SECONDS, TimeUnit.SECONDS));
        }
    }

    @Test
    void shouldTellTheAgentHowLongEachTurnTook() throws Exception {
        MediaPort port = ports("127.0.0.1", 1).getFirst();
        LinkedBlockingQueue<long[]> turns = new LinkedBlockingQueue<>();
        drive(port, new Echo(port) {
            @Override
            public void onDatagram(ByteBuffer buffer, int offset, int length, InetSocketAddress from, long nowNs) {
                while (System.nanoTime() - nowNs < 20_000_000) {
                    Thread.onSpinWait();
                }
                super.onDatagram(buffer, offset, length, from, nowNs);
            }

            @Override
            public void onTurnEnd(long beganNs, long endedNs) {
                turns.add(new long[] {beganNs, endedNs});
            }
        });
        try (DatagramSocket client = client()) {
            send(client, port, "work");
            assertEquals("work", receive(client));
        }
        port.execute(() -> {
            long untilNs = System.nanoTime() + 20_000_000;
            while (System.nanoTime() < untilNs) {
                Thread.onSpinWait();
            }
        });
        long endNs = Long.MIN_VALUE;
        for (int working = 0; working < 2; ) {
            long[] turn = turns.poll(WAIT_SECONDS, TimeUnit.SECONDS);
            assertNotNull(turn, "a turn of the datagram, and one of the command");
            assertTrue(turn[0] >= endNs && turn[1] >= turn[0], "turns do not overlap");
            endNs = turn[1];
            working += turn[1] - turn[0] >= 20_000_000 ? 1 : 0;
        }
    }

    @Test
    void shouldRunCommandsInOrderOnTheLoopThread() throws Exception {
        MediaPort port = ports("127.0.0.1", 1).getFirst();
        LinkedBlockingQueue<Integer> ran = new LinkedBlockingQueue<>();
        Set<String> threads = new ConcurrentSkipListSet<>();
        for (int i = 0; i < 10_000; i++) {
            int number = i;
            port.execute(() -> {
                threads.add(Thread.currentThread().getName());
                ran.add(number);
            });
        }
        for (int i = 0; i < 10_000; i++) {
            assertEquals(i, ran.poll(WAIT_SECONDS, TimeUnit.SECONDS));
        }
        assertEquals(1, threads.size());
    }

    @Test
    void shouldRunACommandThatACommandPosts() throws Exception {
        MediaPort port = ports("127.0.0.1", 1).getFirst();
        CountDownLatch inner = new CountDownLatch(1);
        port.execute(() -> port.execute(inner::countDown));
        assertTrue(inner.await(WAIT_SECONDS, TimeUnit.SECONDS));
    }

    @Test
    void shouldGoOnAfterACommandThatThrows() throws Exception {
        MediaPort port = ports("127.0.0.1", 1).getFirst();
        CountDownLatch next = new CountDownLatch(1);
        port.execute(() -> {
            throw new IllegalStateException("a defect, on purpose");
        });
        port.execute(next::countDown);
        assertTrue(next.await(WAIT_SECONDS, TimeUnit.SECONDS));
    }

    /** Nothing else happens afterwards that would send it. */
    @Test
    void shouldSendWhatACommandWroteBeforeItThrew() throws Exception {
        MediaPort port = ports("127.0.0.1", 1).getFirst();
        try (DatagramSocket client = client()) {
            InetSocketAddress to = at("127.0.0.1", client.getLocalPort());
            port.execute(() -> {
                port.send(ByteBuffer.wrap(new byte[] {'x'}), 0, 1, to);
                throw new IllegalStateException("a defect, on purpose");
            });
            assertEquals("x", receive(client));
        }
    }

    @Test
    void shouldKeepToTheDeadlineThatACommandSetBeforeItThrew() throws Exception {
        MediaPort port = ports("127.0.0.1", 1).getFirst();
        Timed timed = new Timed(port, 0);
        drive(port, timed);
        port.execute(() -> {
            timed.deadlineNs = System.nanoTime() + 20_000_000;
            throw new IllegalStateException("a defect, on purpose");
        });
        assertTrue(timed.due.await(WAIT_SECONDS, TimeUnit.SECONDS));
    }

    @Test
    void shouldSendAndComeAgainAfterADeadlineThatThrows() throws Exception {
        MediaPort port = ports("127.0.0.1", 1).getFirst();
        Timed timed = new Timed(port, 3);
        drive(port, timed);
        try (DatagramSocket client = client()) {
            timed.to = at("127.0.0.1", client.getLocalPort());
            port.execute(() -> timed.deadlineNs = System.nanoTime() + 20_000_000);
            for (int i = 0; i < 4; i++) {
                assertEquals("t", receive(client));
            }
            assertTrue(timed.due.await(WAIT_SECONDS, TimeUnit.SECONDS));
        }
    }

    @Test
    void shouldSendWhatABurstWroteWhoseEndThrows() throws Exception {
        MediaPort port = ports("127.0.0.1", 1).getFirst();
        drive(port, new Echo(port) {
            @Override
            public void onBurstEnd(long nowNs) {
                throw new IllegalStateException("a defect, on purpose");
            }
        });
        try (DatagramSocket client = client()) {
            for (String text : List.of("one", "two")) {
                send(client, port, text);
                assertEquals(text, receive(client));
            }
        }
    }

    @Test
    void shouldShareOnePortAndKeepEachPeerOnOneLoop() throws Exception {
        List<? extends MediaPort> ports = ports("127.0.0.1", 4);
        List<Echo> echoes = new ArrayList<>();
        for (MediaPort port : ports) {
            assertEquals(ports.getFirst().port(), port.port());
            Echo echo = new Echo(port);
            echoes.add(echo);
            drive(port, echo);
        }
        int used = 0;
        for (int i = 0; i < 32; i++) {
            try (DatagramSocket client = client()) {
                for (int round = 0; round < 3; round++) {
                    send(client, ports.getFirst(), "hello " + round);
                    assertEquals("hello " + round, receive(client));
                }
                InetSocketAddress from = at("127.0.0.1", client.getLocalPort());
                assertEquals(
                        1,
                        echoes.stream()
                                .filter(echo -> echo.seen.contains(from.getPort()))
                                .count());
            }
        }
        for (Echo echo : echoes) {
            used += echo.seen.isEmpty() ? 0 : 1;
        }
        assertTrue(used > 1, "32 peers came to " + used + " of 4 loops");
    }

    @Test
    void shouldSendFromAnyLoopUnderTheOnePort() throws IOException {
        List<? extends MediaPort> ports = ports("127.0.0.1", 3);
        try (DatagramSocket client = client()) {
            InetSocketAddress to = at("127.0.0.1", client.getLocalPort());
            for (MediaPort port : ports) {
                port.execute(() -> port.send(ByteBuffer.wrap(new byte[] {'x'}), 0, 1, to));
                DatagramPacket packet = new DatagramPacket(new byte[10], 10);
                client.receive(packet);
                assertEquals(port.port(), packet.getPort());
            }
        }
    }

    @Test
    void shouldRefuseAPortThatIsInUseByAnother() throws IOException {
        for (int loops : new int[] {1, 2}) {
            MediaPort taken = ports("127.0.0.1", loops).getFirst();
            InetSocketAddress same = at("127.0.0.1", taken.port());
            for (int more : new int[] {1, 2}) {
                assertThrows(IOException.class, () -> opened.addAll(open(same, counters(more))));
            }
        }
    }

    @Test
    void shouldFreeThePortWhenClosed() throws IOException {
        MediaPort port = ports("127.0.0.1", 1).getFirst();
        int number = port.port();
        assertNotEquals(0, number);
        port.close();
        try (DatagramSocket again = new DatagramSocket(at("127.0.0.1", number))) {
            assertEquals(number, again.getLocalPort());
        }
    }

    protected final List<? extends MediaPort> ports(String bind, int loops) throws IOException {
        List<? extends MediaPort> ports = open(at(bind, 0), counters(loops));
        opened.addAll(ports);
        return ports;
    }

    /** Returns when the loop has its agent: what comes before is ignored. */
    private static void drive(MediaPort port, LoopAgent agent) throws InterruptedException {
        CountDownLatch driven = new CountDownLatch(1);
        port.drive(agent);
        port.execute(driven::countDown);
        assertTrue(driven.await(WAIT_SECONDS, TimeUnit.SECONDS));
    }

    private static List<DropCounters> counters(int loops) {
        List<DropCounters> drops = new ArrayList<>();
        for (int i = 0; i < loops; i++) {
            drops.add(new DropCounters());
        }
        return drops;
    }

    protected static DatagramSocket client() throws SocketException {
        DatagramSocket socket = new DatagramSocket(at("127.0.0.1", 0));
        socket.setSoTimeout(WAIT_SECONDS * 1_000);
        socket.setReceiveBufferSize(1 << 20);
        return socket;
    }

    protected static void send(DatagramSocket client, MediaPort port, String text) throws IOException {
        client.send(packet(text, at("127.0.0.1", port.port())));
    }

    protected static InetSocketAddress at(String literal, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(literal), port);
    }

    private static DatagramPacket packet(String text, InetSocketAddress to) {
        byte[] bytes = text.getBytes(UTF_8);
        return new DatagramPacket(bytes, bytes.length, to);
    }

    protected static String receive(DatagramSocket client) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
        try {
            client.receive(packet);
        } catch (SocketTimeoutException nothing) {
            return "nothing within " + WAIT_SECONDS + " s";
        }
        return new String(packet.getData(), 0, packet.getLength(), UTF_8);
    }

    /** Sends a datagram when its deadline comes, if it is told where to; its first times throw, and ask for another 20 ms later. */
    private static final class Timed extends Echo {

        private final MediaPort port;
        final CountDownLatch due = new CountDownLatch(1);
        volatile InetSocketAddress to = new InetSocketAddress(0);
        volatile long deadlineNs = Long.MAX_VALUE;
        private int toThrow;

        Timed(MediaPort port, int toThrow) {
            super(port);
            this.port = port;
            this.toThrow = toThrow;
        }

        @Override
        public long nextDeadlineNs() {
            return deadlineNs;
        }

        @Override
        public void onTimeout(long nowNs) {
            deadlineNs = toThrow > 0 ? nowNs + 20_000_000 : Long.MAX_VALUE;
            if (to.getPort() != 0) {
                port.send(ByteBuffer.wrap(new byte[] {'t'}), 0, 1, to);
            }
            if (toThrow-- > 0) {
                throw new IllegalStateException("a defect, on purpose");
            }
            due.countDown();
        }
    }

    /** Sends back what comes. */
    protected static class Echo implements LoopAgent {

        private final MediaPort port;
        final Set<Integer> seen = new ConcurrentSkipListSet<>();
        volatile InetSocketAddress last = new InetSocketAddress(0);

        protected Echo(MediaPort port) {
            this.port = port;
        }

        final InetSocketAddress from() {
            return last;
        }

        @Override
        public void onDatagram(ByteBuffer buffer, int offset, int length, InetSocketAddress from, long nowNs) {
            last = from;
            seen.add(from.getPort());
            port.send(buffer, offset, length, from);
        }

        @Override
        public void onBurstEnd(long nowNs) {}

        @Override
        public long nextDeadlineNs() {
            return Long.MAX_VALUE;
        }

        @Override
        public void onTimeout(long nowNs) {}
    }
}
