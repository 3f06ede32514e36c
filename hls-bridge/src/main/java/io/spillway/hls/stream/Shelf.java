package io.spillway.hls.stream;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/** What one stream can be asked for by name: init segments, segments, parts. The packaging thread puts and takes away; any thread finds. */
public final class Shelf {

    /** Bytes under a name: a segment's are its parts'. Never changed. */
    public record Item(boolean sound, List<byte[]> chunks, long length) {}

    private final ConcurrentMap<String, Item> items = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, byte[]> keys = new ConcurrentHashMap<>();
    private final AtomicLong mediaBytes = new AtomicLong();

    public Optional<Item> find(String name) {
        return Optional.ofNullable(items.get(name));
    }

    /** A key of that name; its bytes are not to be changed. */
    public Optional<byte[]> findKey(String name) {
        return Optional.ofNullable(keys.get(name));
    }

    /** Media held, each byte once. */
    public long mediaBytes() {
        return mediaBytes.get();
    }

    int size() {
        return items.size();
    }

    void putInit(String name, boolean sound, byte[] bytes) {
        items.put(name, new Item(sound, List.of(bytes), bytes.length));
    }

    void putPart(Part part, boolean sound) {
        mediaBytes.addAndGet(part.bytes().length);
        items.put(part.uri(), new Item(sound, List.of(part.bytes()), part.bytes().length));
    }

    void putSegment(Segment segment, boolean sound) {
        items.put(segment.uri(), new Item(sound, segment.chunks(), segment.bytes()));
    }

    /** A segment whose bytes are not those of its parts. */
    void putEncrypted(Segment segment, List<byte[]> chunks, boolean sound) {
        long length = chunks.stream().mapToLong(chunk -> chunk.length).sum();
        mediaBytes.addAndGet(length);
        items.put(segment.uri(), new Item(sound, chunks, length));
    }

    void putKey(String name, byte[] secret) {
        keys.put(name, secret);
    }

    void removeKey(String name) {
        keys.remove(name);
    }

    void remove(Segment segment) {
        Item item = items.remove(segment.uri());
        Encryption encryption = segment.encryption();
        if (item != null && encryption != null && encryption.isOfFiles()) {
            mediaBytes.addAndGet(-item.length());
        }
        for (Part part : segment.parts()) {
            items.remove(part.uri());
            mediaBytes.addAndGet(-part.bytes().length);
        }
    }

    void removeInit(String name) {
        items.remove(name);
    }
}
