package io.spillway.hls.jetty;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Long answers that many ask for within a second, head and all, in files that lie in memory and have no name: out of these the kernel sends them without a copy and at once, where it takes two copies to send them out of the heap.
 * A head tells the second, so each file is used for one. What has been here longest goes first, also while it is sent: its sender notices. Where there is no folder in memory, or no room in it, there are no files. Any thread.
 */
final class AnswerFiles implements AutoCloseable {

    /** A shorter answer is copied in less time than the detour takes. */
    static final int MIN_BYTES = 16 << 10;

    /** Making a file takes as long as copying so often what it saves. */
    static final int WORTH = 8;

    /** Half of what a container has for its shared memory unless it asks for more. */
    private static final long MAX_BYTES = 32 << 20;

    /** Each is an open file. */
    private static final int MAX_FILES = 512;

    private static final Logger LOG = LoggerFactory.getLogger(AnswerFiles.class);

    /** An answer, how often it was asked for, and its file when that has been made. */
    private static final class Known {
        private final byte[] head;
        private final List<byte[]> body;
        private final long bytes;
        private int asked = 1;
        private @Nullable FileChannel file;

        Known(Answer answer) {
            this.head = new byte[answer.head().remaining()];
            answer.head().get(answer.head().position(), head);
            this.body = answer.body();
            this.bytes = answer.bytes();
        }

        /** The same head, and the very arrays. */
        @SuppressWarnings("ReferenceEquality")
        boolean is(Answer answer) {
            if (body.size() != answer.body().size() || !ByteBuffer.wrap(head).equals(answer.head())) {
                return false;
            }
            for (int i = 0; i < body.size(); i++) {
                if (body.get(i) != answer.body().get(i)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** By the first array of its body, longest known first. */
    @SuppressWarnings("ArrayAsKeyOfSetOrMap") // the array itself is meant, whatever is in it
    private final Map<byte[], Known> answers = new LinkedHashMap<>();

    private final Path folder;
    private final long maxBytes;
    private long bytes;
    private boolean usable;

    /** In memory, if this system has a folder there. */
    AnswerFiles() {
        this(Path.of("/dev/shm"), MAX_BYTES);
    }

    AnswerFiles(Path folder, long maxBytes) {
        this.folder = folder;
        this.maxBytes = maxBytes;
        this.usable = Files.isWritable(folder);
    }

    /** The file that holds an answer; null where there is none. */
    synchronized @Nullable FileChannel find(Answer answer) {
        long length = answer.bytes();
        if (!usable || answer.body().isEmpty() || length < MIN_BYTES || length > maxBytes) {
            return null;
        }
        Known known = answers.get(answer.body().getFirst());
        if (known == null || !known.is(answer)) {
            begin(new Known(answer));
            return null;
        }
        if (++known.asked == WORTH) {
            known.file = write(known);
        }
        return known.file;
    }

    private void begin(Known known) {
        forget(answers.remove(known.body.getFirst()));
        answers.put(known.body.getFirst(), known);
        bytes += known.bytes;
        Iterator<Known> longest = answers.values().iterator();
        while (bytes > maxBytes || answers.size() > MAX_FILES) {
            Known gone = longest.next();
            longest.remove();
            forget(gone);
        }
    }

    private @Nullable FileChannel write(Known known) {
        try {
            FileChannel file = FileChannel.open(
                    Files.createTempFile(folder, "spillway", ""),
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.DELETE_ON_CLOSE);
            try {
                write(file, known.head);
                for (byte[] piece : known.body) {
                    write(file, piece);
                }
                return file;
            } catch (IOException full) {
                file.close();
                throw full;
            }
        } catch (IOException refused) {
            LOG.info("{} takes no answers ({}): they are sent out of the heap", folder, refused.toString());
            usable = false;
            return null;
        }
    }

    private static void write(FileChannel file, byte[] piece) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(piece);
        while (left.hasRemaining()) {
            file.write(left);
        }
    }

    private void forget(@Nullable Known known) {
        if (known == null) {
            return;
        }
        bytes -= known.bytes;
        if (known.file != null) {
            try {
                known.file.close();
            } catch (IOException kept) {
                LOG.warn("a file in memory was not closed", kept);
            }
        }
    }

    /** There are no files from here on. */
    @Override
    public synchronized void close() {
        usable = false;
        answers.values().forEach(this::forget);
        answers.clear();
    }
}
