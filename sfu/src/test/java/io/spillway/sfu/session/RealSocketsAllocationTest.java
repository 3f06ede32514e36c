package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * From the publisher's datagram in the kernel to the viewers' ones there, on a loop thread that runs as in production: fifty thousand packets in a row
 * without garbage. Some bytes remain: where the JVM leaves compiled code for the interpreter, the next packet's buffer address takes 40 of them.
 */
class RealSocketsAllocationTest {

    private static final int VIEWERS = 16;
    private static final int WARM_UP_FRAMES = 1_000;
    private static final int FRAMES_A_ROUND = 3_200;
    private static final int GROUP_FRAMES = 60;

    /**
     * No object is smaller than 16 bytes, so none is made for each packet. Alone in its JVM it is less than a byte in a hundred packets; among other tests, which show the compiler more types than a server does,
     * one of 40 bytes is made for each burst of 16.
     */
    private static final long MAX_BYTES_A_PACKET = 4;

    /** By then also a slow machine has compiled what each packet runs through. */
    private static final long PATIENCE_NS = TimeUnit.MINUTES.toNanos(5);

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldAllocateNothingAPacketOnALoopThread() throws Exception {
        try (SocketGround ground = new SocketGround(1, true)) {
            Client publisher = ground.join(true);
            ground.play(publisher, 1);
            for (int i = 0; i < VIEWERS; i++) {
                ground.join(false);
            }
            ground.playFast(publisher, WARM_UP_FRAMES, GROUP_FRAMES);
            StringBuilder found = new StringBuilder();
            boolean clean = false;
            long beganNs = System.nanoTime();
            while (!clean && System.nanoTime() - beganNs < PATIENCE_NS) {
                long sentBefore = ground.counter("datagrams_sent");
                long before = ground.allocatedForMedia();
                ground.playFast(publisher, FRAMES_A_ROUND, GROUP_FRAMES);
                long allocated = ground.allocatedForMedia() - before;
                long sent = ground.counter("datagrams_sent") - sentBefore;
                found.append(allocated + " bytes for " + sent + " datagrams; ");
                assertTrue(sent >= 50_000, found::toString);
                clean = allocated < MAX_BYTES_A_PACKET * sent;
            }
            assertTrue(clean, found::toString);
        }
    }
}
