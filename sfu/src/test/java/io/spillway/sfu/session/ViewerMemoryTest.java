package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.Rejected;
import io.spillway.sfu.srtp.SrtpProvider;
import io.spillway.sfu.srtp.jitsi.JitsiSrtp;
import io.spillway.sfu.srtp.openssl.OpenSslSrtp;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.parallel.Isolated;

/** What the server's side of a connected viewer keeps on the heap: the difference between few and many of them, whose clients are gone without a word. */
@Isolated("weighs the heap")
class ViewerMemoryTest {

    private static final int FEW = 60;
    private static final int MANY = 180;
    private static final int ROOM = 400;

    /**
     * A quarter above what it is with references of four bytes: what the DTLS library kept would be 8 KiB more, buffers of its own 3 KiB.
     * libcrypto's keys are beyond the heap.
     */
    private static final long MAX_HEAP_BYTES_A_VIEWER = 12 * 1024;

    /** Two thirds of a second: all have come and gone before the first one's consent is over, 30 s. */
    private static final int FRAMES = 20;

    private static final int CONNECT_MS = 5_000;

    @Test
    void shouldKeepLittleOfAViewer(TestReporter reporter) throws Rejected {
        SrtpProvider srtp = OpenSslSrtp.load().map(SrtpProvider.class::cast).orElseGet(JitsiSrtp::new);
        World world = new World(5, World.settings(true, ROOM, ROOM), srtp, new JitsiSrtp(), 1);
        Client publisher = world.publisher();
        world.play(publisher, FRAMES, FRAMES);
        // Twice: what the first joins load is no viewer's.
        watch(world, publisher, FEW);
        heapBytes();
        watch(world, publisher, FEW);
        long before = heapBytes();
        watch(world, publisher, MANY);
        long grown = heapBytes() - before;
        assertEquals(2 * FEW + MANY, world.sfu.stream(World.LIVE).orElseThrow().viewers(), "all are still connected");
        long perViewer = grown / MANY;
        reporter.publishEntry("bytes of heap a viewer", Long.toString(perViewer));
        assertTrue(perViewer <= MAX_HEAP_BYTES_A_VIEWER, perViewer + " bytes of heap a viewer");
    }

    /** Viewers come, watch, and leave nothing behind but what the server has of them. */
    private static void watch(World world, Client publisher, int count) throws Rejected {
        List<Client> viewers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Client viewer = world.offer(false);
            viewers.add(viewer);
            world.net.attach(viewer.address(), viewer.peer());
        }
        assertTrue(world.net.runUntil(
                () -> viewers.stream().allMatch(viewer -> viewer.peer().isConnected()), CONNECT_MS));
        world.play(publisher, FRAMES, FRAMES);
        assertTrue(viewers.stream().noneMatch(viewer -> viewer.received().isEmpty()));
        for (Client viewer : viewers) {
            world.vanish(viewer);
        }
        world.clients.clear();
    }

    private static long heapBytes() {
        var memory = ManagementFactory.getMemoryMXBean();
        memory.gc();
        memory.gc();
        return memory.getHeapMemoryUsage().getUsed();
    }
}
