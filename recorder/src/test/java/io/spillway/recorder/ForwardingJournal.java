package io.spillway.recorder;

import io.spillway.recorder.journal.EndReason;
import io.spillway.recorder.journal.Journal;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Another journal, for tests that change one of its calls. */
abstract class ForwardingJournal implements Journal {

    private final Journal inner;

    ForwardingJournal(Journal inner) {
        this.inner = inner;
    }

    @Override
    public void append(ByteBuffer bytes, int at, int length) throws IOException {
        inner.append(bytes, at, length);
    }

    @Override
    public void lost(long atNs, long packets) throws IOException {
        inner.lost(atNs, packets);
    }

    @Override
    public void left(long atNs) throws IOException {
        inner.left(atNs);
    }

    @Override
    public void write() throws IOException {
        inner.write();
    }

    @Override
    public void force() throws IOException {
        inner.force();
    }

    @Override
    public void end(long atNs, EndReason reason, String sentence) throws IOException {
        inner.end(atNs, reason, sentence);
    }

    @Override
    public long bytes() {
        return inner.bytes();
    }

    @Override
    public void close() throws IOException {
        inner.close();
    }
}
