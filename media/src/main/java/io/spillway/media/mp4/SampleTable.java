package io.spillway.media.mp4;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where the samples of one track lie in a file, how long each lasts, and which of them are keys. Samples come in order, each with its start; it lasts until the next. They lie in chunks, one behind
 * the other, each of one format.
 */
public final class SampleTable {

    /** Four bytes of size; what durations, keys and chunks take beside is at most this. */
    public static final int MAX_BYTES_A_SAMPLE = 4 + 8 + 4 + 12 + 8;

    private final List<TrackFormat> formats = new ArrayList<>();
    private final Numbers sizes = new Numbers();
    private final Numbers keys = new Numbers();
    private final Numbers runCounts = new Numbers();
    private final Numbers runTicks = new Numbers();
    private final Numbers chunkOffsets = new Numbers();
    private final Numbers chunkSamples = new Numbers();
    private final Numbers chunkFormats = new Numbers();
    private long firstTicks;
    private long lastTicks;
    private long endTicks;
    private int inChunk;
    private boolean ended;

    /** Longs that grow. */
    private static final class Numbers {
        private long[] all = new long[256];
        private int count;

        void add(long number) {
            if (count == all.length) {
                all = Arrays.copyOf(all, 2 * count);
            }
            all[count++] = number;
        }

        long at(int i) {
            return all[i];
        }

        long last() {
            return all[count - 1];
        }
    }

    /**
     * Adds a sample to the open chunk.
     *
     * @param startTicks in the track's timescale, beyond the one before; what starts before 0 is decoded and not shown
     * @param format another one than before only at the beginning of a chunk, and of the same timescale
     */
    public void add(long startTicks, int bytes, boolean key, TrackFormat format) {
        if (ended || (count() > 0 && startTicks <= lastTicks)) {
            throw new IllegalArgumentException("a sample at " + startTicks + " behind one at " + lastTicks);
        }
        if (!formats.contains(format)) {
            formats.add(format);
        }
        int number = formats.indexOf(format) + 1;
        if (inChunk == 0) {
            chunkFormats.add(number);
        } else if (chunkFormats.last() != number) {
            throw new IllegalArgumentException("a chunk has one format");
        }
        if (count() == 0) {
            firstTicks = startTicks;
        } else {
            lasts(startTicks - lastTicks);
        }
        lastTicks = startTicks;
        sizes.add(bytes);
        if (key) {
            keys.add(count());
        }
        inChunk++;
    }

    /** Ends the open chunk, which lies at a place of the file. */
    public void chunkAt(long offset) {
        if (inChunk > 0) {
            chunkOffsets.add(offset);
            chunkSamples.add(inChunk);
            inChunk = 0;
        }
    }

    /** Ends the track: its last sample lasts until then. */
    public void end(long atTicks) {
        if (count() > 0) {
            endTicks = Math.max(atTicks, lastTicks + 1);
            lasts(endTicks - lastTicks);
        }
        ended = true;
    }

    private void lasts(long ticks) {
        if (runTicks.count > 0 && runTicks.last() == ticks) {
            runCounts.all[runCounts.count - 1]++;
        } else {
            runTicks.add(ticks);
            runCounts.add(1);
        }
    }

    public int count() {
        return sizes.count;
    }

    public boolean isEmpty() {
        return sizes.count == 0;
    }

    public int keyCount() {
        return keys.count;
    }

    /** The newest format. */
    public TrackFormat format() {
        return formats.getLast();
    }

    /** What the track is at first. */
    TrackFormat firstFormat() {
        return formats.getFirst();
    }

    /** Where the newest sample starts. */
    public long lastTicks() {
        return lastTicks;
    }

    /** Where the first sample starts, on the timeline of the movie. */
    long firstTicks() {
        return firstTicks;
    }

    /** From the first sample's start to the last one's end; once ended. */
    public long durationTicks() {
        return endTicks - firstTicks;
    }

    void write(BoxWriter out) {
        out.begin("stsd", 0, 0).u32(formats.size());
        formats.forEach(format -> format.writeEntry(out));
        out.end();
        out.begin("stts", 0, 0).u32(runCounts.count);
        for (int i = 0; i < runCounts.count; i++) {
            out.u32(runCounts.at(i)).u32(runTicks.at(i));
        }
        out.end();
        // Without it all are keys.
        if (keys.count < count()) {
            out.begin("stss", 0, 0).u32(keys.count);
            for (int i = 0; i < keys.count; i++) {
                out.u32(keys.at(i));
            }
            out.end();
        }
        writeChunks(out);
        out.begin("stsz", 0, 0).u32(0).u32(count());
        for (int i = 0; i < count(); i++) {
            out.u32(sizes.at(i));
        }
        out.end();
        out.begin("co64", 0, 0).u32(chunkOffsets.count);
        for (int i = 0; i < chunkOffsets.count; i++) {
            out.u64(chunkOffsets.at(i));
        }
        out.end();
    }

    /** {@code stsc}: the first of each run of chunks that are alike. */
    private void writeChunks(BoxWriter out) {
        out.begin("stsc", 0, 0);
        int countAt = out.length();
        out.u32(0);
        int runs = 0;
        for (int i = 0; i < chunkSamples.count; i++) {
            if (i == 0
                    || chunkSamples.at(i) != chunkSamples.at(i - 1)
                    || chunkFormats.at(i) != chunkFormats.at(i - 1)) {
                out.u32(i + 1).u32(chunkSamples.at(i)).u32(chunkFormats.at(i));
                runs++;
            }
        }
        out.put32(countAt, runs);
        out.end();
    }
}
