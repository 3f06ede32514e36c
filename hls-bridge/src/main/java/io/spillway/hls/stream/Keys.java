package io.spillway.hls.stream;

import java.security.SecureRandom;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The keys of a stream's segments: another one each so often, the same in all renditions of a segment. Owned by the packaging thread. */
final class Keys {

    /** AES-128, both its key and its block. */
    static final int BYTES = 16;

    /**
     * One of them.
     *
     * @param id its name within init segments
     * @param sinceMs where it begins on the stream's timeline
     */
    @SuppressWarnings("ArrayRecordComponent") // bytes that nobody changes
    record Key(String uri, byte[] secret, byte[] id, long sinceMs) {}

    private final NavigableMap<Long, Key> bySequence = new TreeMap<>();
    private final int rotationMs;
    private final Shelf shelf;
    private final String instance;
    private final SecureRandom random;
    private long made;
    private long newest = Long.MIN_VALUE;

    Keys(int rotationMs, Shelf shelf, String instance, SecureRandom random) {
        this.rotationMs = rotationMs;
        this.shelf = shelf;
        this.instance = instance;
        this.random = random;
    }

    /** What a segment of that number is encrypted with: the rendition that comes to it first decides by where its own begins. */
    Key of(long sequence, long startMs) {
        boolean first = sequence > newest;
        newest = Math.max(newest, sequence);
        if (first && (bySequence.isEmpty() || startMs - bySequence.lastEntry().getValue().sinceMs >= rotationMs)) {
            Key next = new Key(instance + "-k" + made++ + ".key", chance(), chance(), startMs);
            bySequence.put(sequence, next);
            shelf.putKey(next.uri, next.secret);
        }
        return bySequence.floorEntry(sequence).getValue();
    }

    /** Forgets the keys of segments that are all before this one: those can be had no more. */
    void forgetBefore(long sequence) {
        Long inUse = bySequence.floorKey(sequence);
        while (inUse != null && bySequence.firstKey() < inUse) {
            shelf.removeKey(bySequence.pollFirstEntry().getValue().uri);
        }
    }

    /** What begins a chain of blocks: renditions share keys, and no vectors. */
    byte[] vector() {
        return chance();
    }

    private byte[] chance() {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return bytes;
    }
}
