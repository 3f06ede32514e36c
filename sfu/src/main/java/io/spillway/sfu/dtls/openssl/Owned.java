package io.spillway.sfu.dtls.openssl;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;

/** Something in libcrypto's memory that is freed once. One thread. */
final class Owned implements AutoCloseable {

    private final LongConsumer free;
    private final AtomicInteger alive;
    private long address;

    /** @param alive counts what is not freed yet @throws IllegalStateException there is none: libcrypto had no memory for it */
    Owned(long address, LongConsumer free, AtomicInteger alive) {
        if (address == 0) {
            throw P256.refused();
        }
        this.address = address;
        this.free = free;
        this.alive = alive;
        alive.incrementAndGet();
    }

    /** @throws IllegalStateException it was freed: native code would not notice */
    long address() {
        if (address == 0) {
            throw new IllegalStateException("freed");
        }
        return address;
    }

    @Override
    public void close() {
        if (address != 0) {
            free.accept(address);
            address = 0;
            alive.decrementAndGet();
        }
    }
}
