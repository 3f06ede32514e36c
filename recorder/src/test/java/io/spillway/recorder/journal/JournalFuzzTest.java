package io.spillway.recorder.journal;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

class JournalFuzzTest {

    @FuzzTest
    void shouldReadAnyEntry(byte[] bytes) {
        EntryFormat.read(ByteBuffer.wrap(bytes));
    }

    @FuzzTest
    void shouldReadAnySegment(byte[] bytes) throws IOException {
        try {
            JournalReader.wholeBytes(Path.of("fuzz"), ByteBuffer.wrap(bytes), _ -> {});
        } catch (JournalReader.VersionException other) {
            // Said, and left as it is.
        }
    }
}
