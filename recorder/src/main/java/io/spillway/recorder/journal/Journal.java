package io.spillway.recorder.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Where entries go, in order. They are collected, handed to the system by {@link #write}, after which the death of the process cannot take them, and to the disk by {@link #force}, after which the
 * loss of power cannot. Owned by one thread.
 */
public interface Journal extends AutoCloseable {

    /** Begins journals. */
    @FunctionalInterface
    interface Factory {

        /** Begins one in a folder that has none, with its first entry. */
        Journal create(Path folder, Entry.Began began) throws IOException;
    }

    /** Adds the entry whose body lies at a place. */
    void append(ByteBuffer bytes, int at, int length) throws IOException;

    /** Adds that packets came and could not be kept. */
    void lost(long atNs, long packets) throws IOException;

    /** Adds that the publisher left. */
    void left(long atNs) throws IOException;

    /** Hands what was added to the system. */
    void write() throws IOException;

    /** Waits until all that was written is on the disk. */
    void force() throws IOException;

    /** Ends it: the last entry, and all of it on the disk. */
    void end(long atNs, EndReason reason, String sentence) throws IOException;

    /** Bytes written. */
    long bytes();

    /** Lets go of it as it is. */
    @Override
    void close() throws IOException;
}
