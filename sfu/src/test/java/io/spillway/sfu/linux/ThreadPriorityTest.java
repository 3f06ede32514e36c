package io.spillway.sfu.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class ThreadPriorityTest {

    @Test
    void shouldLowerTheCallingThreadAlone() throws InterruptedException {
        assumeTrue(LinuxPort.isAvailable(), "setpriority is of Linux");
        int usual = ThreadPriority.current();
        AtomicInteger lowered = new AtomicInteger();
        Thread thread = new Thread(() -> {
            ThreadPriority.yieldToMedia();
            ThreadPriority.yieldToMedia();
            lowered.set(ThreadPriority.current());
        });
        thread.start();
        thread.join();
        assertEquals(Math.max(usual, ThreadPriority.BEHIND_MEDIA), lowered.get());
        assertEquals(usual, ThreadPriority.current(), "this thread");
    }
}
