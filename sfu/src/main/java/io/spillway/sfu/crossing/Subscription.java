package io.spillway.sfu.crossing;

import io.spillway.media.live.Format;
import io.spillway.media.live.PublicationSnapshot;
import io.spillway.media.live.StreamName;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One loop's wish for a publication of another: what both sides know of it. Written by the publisher's loop, read by the viewers'. */
public final class Subscription {

    private static final Format[] NONE = {};

    private final StreamName stream;
    private final long generation;
    private final int toLoop;
    private final int mirror;
    private volatile @Nullable PublicationSnapshot snapshot;
    private volatile Format[] formats = NONE;

    /**
     * @param generation which of the stream's publications
     * @param toLoop who wishes
     * @param mirror the number under which that loop knows it
     */
    public Subscription(StreamName stream, long generation, int toLoop, int mirror) {
        this.stream = stream;
        this.generation = generation;
        this.toLoop = toLoop;
        this.mirror = mirror;
    }

    public StreamName stream() {
        return stream;
    }

    public long generation() {
        return generation;
    }

    public int toLoop() {
        return toLoop;
    }

    public int mirror() {
        return mirror;
    }

    /** The publication as it was when the feed began, set before anything of the feed is seen; taken once. */
    @Nullable
    PublicationSnapshot takeSnapshot() {
        PublicationSnapshot taken = snapshot;
        snapshot = null;
        return taken;
    }

    void offer(PublicationSnapshot made) {
        snapshot = made;
    }

    /** The number under which records name a format. Publisher's loop only. */
    int numberOf(Format format) {
        Format[] known = formats;
        for (int i = 0; i < known.length; i++) {
            if (known[i].equals(format)) {
                return i;
            }
        }
        Format[] more = Arrays.copyOf(known, known.length + 1);
        more[known.length] = format;
        formats = more;
        return known.length;
    }

    Format format(int number) {
        return formats[number];
    }
}
