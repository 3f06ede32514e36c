package io.spillway.sfu.loop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.memory.Poison;
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
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** What every kind of media port does, over loopback with real sockets, as one loop and as several. */
public abstract class MediaPortContract {

    private static final int WAIT_SECONDS = 10;
    private static final long WORK_NS = 20_000_000;

    /** How many share the port. */
    @Parameter(0)
    protected int loops = 1;

    private final List<MediaPort> opened = new ArrayList<>();

    protected abstract List<? extends MediaPort> open(InetSocketAddress bind, List<DropCounters> drops)
            throws IOException;

    @AfterEach
    void closePorts() {
        opened.forEach(MediaPort::close);
    }

    @Test
    void shouldAnswerEachDatagramToWhereItCameFrom() throws Exception {
        MediaPort port = driven(Echo::new);
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
        List<Echo> echoes = new ArrayList<>();
        List<? extends MediaPort> ports = ports("0.0.0.0");
        for (MediaPort port : ports) {
            Echo echo = new Echo(port);
            echoes.add(echo);
            drive(port, echo);
        }
        MediaPort port = ports.getFirst();
        try (DatagramSocket client = client()) {
            send(client, port, "v4");
            assertEquals("v4", receive(client));
            InetSocketAddress from = from(echoes, client);
            assertInstanceOf(Inet4Address.class, from.getAddress());
            assertEquals(at("127.0.0.1", client.getLocalPort()), from);
        }
        try (DatagramSocket client = new DatagramSocket(at("::1", 0))) {
            client.setSoTimeout(WAIT_SECONDS * 1_000);
            client.send(packet("v6", at("::1", port.port())));
            assertEquals("v6", receive(client));
            InetSocketAddress from = from(echoes, client);
            assertInstanceOf(Inet6Address.class, from.getAddress());
            assertEquals(at("::1", client.getLocalPort()), from);
        }
    }

    /** As whom the loop that got something of a client knows it. */
    private static InetSocketAddress from(List<Echo> echoes, DatagramSocket client) {
        return echoes.stream()
                .map(echo -> echo.last)
                .filter(from -> from.getPort() == client.getLocalPort())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldKeepTheOrderOfWhatIsSentToOnePeer() throws Exception {
        MediaPort port = ports("127.0.0.1").getLast();
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
        MediaPort port = driven(Echo::new);
        for (MediaPort each : opened) {
            each.execute(() ->
                    each.send(ByteBuffer.allocateDirect(10), 0, 1, InetSocketAddress.createUnresolved("nowhere", 1)));
        }
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
        List<DropCounters> drops = counters(loops);
        List<? extends MediaPort> ports = open(at("127.0.0.1", 0), drops);
        opened.addAll(ports);
        for (MediaPort each : ports) {
            drive(each, new Echo(each));
        }
        MediaPort port = ports.getFirst();
        try (DatagramSocket client = client()) {
            String longest = "x".repeat(MediaPort.MAX_DATAGRAM_BYTES);
            send(client, port, longest + "x");
            send(client, port, longest + longest);
            send(client, port, longest);
            assertEquals(longest, receive(client), "whole, and the first that is answered");
            long dropped = drops.stream()
                    .mapToLong(each -> each.dropped(DropReason.TOO_LARGE))
                    .sum();
            assertEquals(2, dropped);
        }
    }

    @Test
    void shouldSpoilWhatItLentOnceItIsBack() throws Exception {
        LinkedBlockingQueue<Boolean> spoilt = new LinkedBlockingQueue<>();
        MediaPort port = driven(each -> new Echo(each) {
            private ByteBuffer lent = ByteBuffer.allocate(0);
            private int from;
            private int length;

            @Override
            public void onDatagram(ByteBuffer buffer, int offset, int bytes, InetSocketAddress sender, long nowNs) {
                lent = buffer;
                from = offset;
                length = bytes;
                super.onDatagram(buffer, offset, bytes, sender, nowNs);
            }

            @Override
            public void onBurstEnd(long nowNs) {
                spoilt.add(Poison.isOver(lent, from, from + length));
            }
        });
        try (DatagramSocket client = client()) {
            send(client, port, "lent");
            assertEquals("lent", receive(client));
            assertEquals(true, spoilt.poll(WAIT_SECONDS, TimeUnit.SECONDS));
        }
    }

    @Test
    void shouldTellTheAgentWhenABurstEndsAndWhenItsDeadlineComes() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        CountDownLatch due = new CountDownLatch(1);
        MediaPort port = driven(each -> new Echo(each) {
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
        LinkedBlockingQueue<Turn> turns = new LinkedBlockingQueue<>();
        MediaPort port = driven(each -> new Echo(each) {
            @Override
            public void onDatagram(ByteBuffer buffer, int offset, int length, InetSocketAddress from, long nowNs) {
                work();
                super.onDatagram(buffer, offset, length, from, nowNs);
            }

            @Override
            public void onTurnEnd(long beganNs, long endedNs) {
                turns.add(new Turn(each, beganNs, endedNs));
            }
        });
        try (DatagramSocket client = client()) {
            send(client, port, "work");
            assertEquals("work", receive(client));
        }
        for (MediaPort each : opened) {
            each.execute(MediaPortContract::work);
        }
        IdentityHashMap<MediaPort, Long> ends = new IdentityHashMap<>();
        for (int working = 0; working < 1 + loops; ) {
            Turn turn = turns.poll(WAIT_SECONDS, TimeUnit.SECONDS);
            assertNotNull(turn, "a turn of the datagram, and one of each command");
            assertTrue(turn.endedNs >= turn.beganNs);
            assertTrue(turn.beganNs >= ends.getOrDefault(turn.port, Long.MIN_VALUE), "turns do not overlap");
            ends.put(turn.port, turn.endedNs);
            working += turn.endedNs - turn.beganNs >= WORK_NS ? 1 : 0;
        }
    }

    private record Turn(MediaPort port, long beganNs, long endedNs) {}

    private static void work() {
        long untilNs = System.nanoTime() + WORK_NS;
        while (System.nanoTime() < untilNs) {
            Thread.onSpinWait();
        }
    }

    @Test
    void shouldRunCommandsInOrderOnTheLoopThread() throws Exception {
        Set<String> threads = new ConcurrentSkipListSet<>();
        for (MediaPort port : ports("127.0.0.1")) {
            LinkedBlockingQueue<Integer> ran = new LinkedBlockingQueue<>();
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
        }
        assertEquals(loops, threads.size(), "one each");
    }

    @Test
    void shouldRunACommandThatACommandPosts() throws Exception {
        MediaPort port = ports("127.0.0.1").getLast();
        CountDownLatch inner = new CountDownLatch(1);
        port.execute(() -> port.execute(inner::countDown));
        assertTrue(inner.await(WAIT_SECONDS, TimeUnit.SECONDS));
    }

    @Test
    void shouldGoOnAfterACommandThatThrows() throws Exception {
        MediaPort port = ports("127.0.0.1").getLast();
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
        MediaPort port = ports("127.0.0.1").getLast();
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
        MediaPort port = ports("127.0.0.1").getLast();
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
        MediaPort port = ports("127.0.0.1").getLast();
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
        MediaPort port = driven(each -> new Echo(each) {
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
        List<? extends MediaPort> ports = ports("127.0.0.1");
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
        assertTrue(loops == 1 || used > 1, "32 peers came to " + used + " of " + loops + " loops");
    }

    @Test
    void shouldSendFromAnyLoopUnderTheOnePort() throws IOException {
        List<? extends MediaPort> ports = ports("127.0.0.1");
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
        MediaPort taken = ports("127.0.0.1").getFirst();
        InetSocketAddress same = at("127.0.0.1", taken.port());
        for (int more : new int[] {1, 2}) {
            assertThrows(IOException.class, () -> opened.addAll(open(same, counters(more))));
        }
    }

    @Test
    void shouldFreeThePortWhenClosed() throws IOException {
        List<? extends MediaPort> ports = ports("127.0.0.1");
        int number = ports.getFirst().port();
        assertNotEquals(0, number);
        ports.forEach(MediaPort::close);
        try (DatagramSocket again = new DatagramSocket(at("127.0.0.1", number))) {
            assertEquals(number, again.getLocalPort());
        }
    }

    protected final List<? extends MediaPort> ports(String bind) throws IOException {
        List<? extends MediaPort> ports = open(at(bind, 0), counters(loops));
        opened.addAll(ports);
        return ports;
    }

    /** One of the ports that share a number, each with an agent of that kind. */
    private MediaPort driven(Function<MediaPort, LoopAgent> agent) throws IOException, InterruptedException {
        List<? extends MediaPort> ports = ports("127.0.0.1");
        for (MediaPort port : ports) {
            drive(port, agent.apply(port));
        }
        return ports.getFirst();
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
