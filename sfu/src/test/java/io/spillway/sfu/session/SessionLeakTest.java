package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.Rejected;
import io.spillway.sfu.Sfu.SessionRole;
import io.spillway.sfu.srtp.SrtpKeys;
import io.spillway.sfu.srtp.SrtpProvider;
import io.spillway.sfu.srtp.jitsi.JitsiSrtp;
import io.spillway.sfu.srtp.openssl.OpenSslSrtp;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Sessions that come and go in every way there is: nothing of them stays, on the heap or beyond it. {@code -Dspillway.leak.sessions=100000} makes it as
 * many as a busy day brings; from {@value #MANY} on resident memory is judged too, which wants a heap of fixed size, touched before: {@code -Xms1g -Xmx1g
 * -XX:+AlwaysPreTouch}.
 */
@Isolated("weighs the heap")
class SessionLeakTest {

    private static final int SESSIONS = Integer.getInteger("spillway.leak.sessions", 800);
    private static final int MANY = 20_000;

    /** Open at once; each batch is gone before the next comes. */
    private static final int BATCH = 40;

    /** Consent and setup time out after 30 s. */
    private static final int ALL_GONE_MS = 65_000;

    /** Of a viewer's 48 KiB, a hundred bytes for each session are already too much. */
    private static final long MAX_HEAP_BYTES_A_SESSION = 100;

    private static final long HEAP_NOISE_BYTES = 1 << 20;
    private static final long MAX_NATIVE_GROWTH_BYTES = 64L << 20;

    @TestFactory
    Stream<DynamicTest> shouldKeepNothingOfSessionsThatEnded(TestReporter reporter) {
        return Stream.concat(Stream.of(new JitsiSrtp()), OpenSslSrtp.load().stream())
                .map(provider -> DynamicTest.dynamicTest(
                        SESSIONS + " sessions, SRTP by " + provider.name(), () -> comeAndGo(provider, reporter)));
    }

    private static void comeAndGo(SrtpProvider provider, TestReporter reporter) throws Rejected, IOException {
        Counted counted = new Counted(provider);
        World world = new World(3, World.settings(true, 4 * BATCH, 4 * BATCH), counted.provider(), new JitsiSrtp(), 1);
        Client publisher = world.publisher();
        world.play(publisher, 6, 6);
        world.clients.clear();
        int perSession = counted.open.get();
        assertTrue(perSession > 0);

        int warmUp = Math.max(BATCH, SESSIONS / 4);
        int done = 0;
        while (done < warmUp) {
            done += batch(world, publisher);
        }
        long heapBefore = heapBytes();
        long nativeBefore = nativeBytes();
        int from = done;
        int most = 0;
        while (done < SESSIONS) {
            done += batch(world, publisher);
            most = Math.max(most, counted.made.get());
            assertEquals(perSession, counted.open.get(), "SRTP contexts open after " + done + " sessions");
        }
        long heapGrowth = heapBytes() - heapBefore;
        long nativeGrowth = nativeBytes() - nativeBefore;
        reporter.publishEntry(Map.of(
                "sessions", Integer.toString(done),
                "SRTP contexts made", Integer.toString(most),
                "heap growth bytes", Long.toString(heapGrowth),
                "growth of resident memory beyond the heap, bytes", Long.toString(nativeGrowth)));

        assertTrue(most >= done / 2, "half of them and more got as far as keys");
        assertTrue(
                heapGrowth <= HEAP_NOISE_BYTES + (done - from) * MAX_HEAP_BYTES_A_SESSION,
                heapGrowth + " bytes of heap stayed of " + (done - from) + " sessions");
        if (done >= MANY) {
            assertTrue(nativeGrowth <= MAX_NATIVE_GROWTH_BYTES, nativeGrowth + " bytes stayed beyond the heap");
        }
        assertEquals(0, world.counter("defects", ""));
        assertEquals(0, world.sfu.stream(World.LIVE).orElseThrow().viewers());
    }

    /** Viewers join; each fourth is ended by request, says goodbye, falls silent, and never came further than its answer. */
    private static int batch(World world, Client publisher) throws Rejected {
        List<Client> viewers = new ArrayList<>();
        for (int i = 0; i < BATCH; i++) {
            Client viewer = world.offer(false);
            viewers.add(viewer);
            if (i % 4 != 3) {
                world.net.attach(viewer.address(), viewer.peer());
            }
        }
        boolean connected = world.net.runUntil(
                () -> {
                    for (int i = 0; i < BATCH; i++) {
                        if (i % 4 != 3 && !viewers.get(i).peer().isConnected()) {
                            return false;
                        }
                    }
                    return true;
                },
                5_000);
        assertTrue(connected);
        world.play(publisher, 12, 6);
        for (int i = 0; i < BATCH; i++) {
            Client viewer = viewers.get(i);
            assertEquals(i % 4 == 3, viewer.received().isEmpty());
            switch (i % 4) {
                case 0 -> assertTrue(world.sfu.end(SessionRole.VIEWER, World.LIVE, viewer.sessionId()));
                case 1 -> viewer.peer().close();
                default -> viewer.peer().stopChecking();
            }
        }
        world.net.advanceMs(200);
        for (Client viewer : viewers) {
            world.net.detach(viewer.address());
        }
        world.net.advanceMs(ALL_GONE_MS);
        world.clients.clear();
        return BATCH;
    }

    private static long heapBytes() {
        var memory = ManagementFactory.getMemoryMXBean();
        memory.gc();
        return memory.getHeapMemoryUsage().getUsed();
    }

    /** Resident memory that is neither heap nor the JVM's own pools; 0 where the system does not tell. */
    private static long nativeBytes() throws IOException {
        Path status = Path.of("/proc/self/statm");
        if (!Files.exists(status)) {
            return 0;
        }
        long pages = Long.parseLong(Files.readString(status).split(" ", -1)[1]);
        var memory = ManagementFactory.getMemoryMXBean();
        return pages * 4096
                - memory.getHeapMemoryUsage().getCommitted()
                - memory.getNonHeapMemoryUsage().getCommitted();
    }

    /** A provider whose contexts are counted as they come and go. */
    private record Counted(SrtpProvider of, AtomicInteger made, AtomicInteger open) {

        Counted(SrtpProvider of) {
            this(of, new AtomicInteger(), new AtomicInteger());
        }

        SrtpProvider provider() {
            return new SrtpProvider() {
                @Override
                public String name() {
                    return of.name();
                }

                @Override
                public Sealer sealer(SrtpKeys keys) {
                    return counted(Sealer.class, of.sealer(keys));
                }

                @Override
                public Opener opener(SrtpKeys keys) {
                    return counted(Opener.class, of.opener(keys));
                }
            };
        }

        private <T> T counted(Class<T> type, T context) {
            made.incrementAndGet();
            open.incrementAndGet();
            return type.cast(Proxy.newProxyInstance(
                    SessionLeakTest.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                        if (method.getName().equals("close")) {
                            open.decrementAndGet();
                        }
                        return method.invoke(context, arguments);
                    }));
        }
    }
}
