package io.spillway.signaling.auth;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.Rejected;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The streams that have publish keys: those made by the API, kept in a file, and those of the configuration, which win. Any thread may
 * ask, without waiting; changes wait for each other and for the disk.
 */
public final class StreamKeys {

    /** The stream a fresh machine has. */
    public static final StreamName DEFAULT_STREAM = new StreamName("live");

    /** As many streams as the API makes: the file is written whole at each change. */
    static final int MAX_STREAMS = 10_000;

    private final StreamFile file;
    private final SecureRandom random;
    private final ReentrantLock changes = new ReentrantLock();
    private volatile Catalogue catalogue;

    private StreamKeys(StreamFile file, SecureRandom random, Catalogue catalogue) {
        this.file = file;
        this.random = random;
        this.catalogue = catalogue;
    }

    /**
     * Reads the file, or makes it with the default stream.
     *
     * @param configured publish keys of {@code auth.streams}
     * @throws IOException when the file cannot be read or made, or was damaged; the message names it
     * @throws IllegalArgumentException when the configured keys cannot stand, with a sentence that quotes none
     */
    public static StreamKeys open(Path path, Map<StreamName, String> configured, SecureRandom random)
            throws IOException {
        StreamFile file = new StreamFile(path);
        TreeMap<StreamName, KnownStream> made = new TreeMap<>(Catalogue.BY_NAME);
        Optional<List<KnownStream>> stored = file.read();
        if (stored.isPresent()) {
            stored.get().forEach(stream -> made.put(stream.name(), stream));
        } else {
            made.put(DEFAULT_STREAM, fresh(DEFAULT_STREAM, random));
            file.write(made.values());
        }
        return new StreamKeys(file, random, Catalogue.of(made, configured));
    }

    /** Takes other keys from a configuration that changed. @throws IllegalArgumentException as {@link #open}; the old ones then stand */
    public void configure(Map<StreamName, String> configured) {
        changes.lock();
        try {
            catalogue = Catalogue.of(catalogue.made(), configured);
        } finally {
            changes.unlock();
        }
    }

    /** All streams, by name. */
    public Collection<KnownStream> all() {
        return catalogue.streams().values();
    }

    /** One stream; empty when it has no key. */
    public Optional<KnownStream> find(StreamName name) {
        return Optional.ofNullable(catalogue.streams().get(name));
    }

    /**
     * Makes a stream with a new key.
     *
     * @param watchKeyed whether watching needs a key too
     * @param record whether it is recorded whenever it is published
     * @throws Rejected 409 when there is one of that name, 507 when there are too many
     */
    public KnownStream create(StreamName name, String title, List<String> tags, boolean watchKeyed, boolean record)
            throws Rejected, IOException {
        changes.lock();
        try {
            if (catalogue.streams().containsKey(name)) {
                throw new Rejected(
                        409, "stream-exists", "There is a stream named " + name + " already; choose another name.");
            }
            if (catalogue.made().size() >= MAX_STREAMS) {
                throw new Rejected(
                        507,
                        "too-many-streams",
                        "There are " + MAX_STREAMS + " streams, as many as can be made; remove one with DELETE first.");
            }
            KnownStream stream = new KnownStream(
                    name, title, tags, Key.random(random), watchKeyed ? Key.random(random) : null, record, false);
            store(name, stream);
            return stream;
        } finally {
            changes.unlock();
        }
    }

    /** Gives a stream a new publish key; the old one opens nothing from then on. @throws Rejected 404 unknown, 409 configured */
    public KnownStream rotate(StreamName name) throws Rejected, IOException {
        changes.lock();
        try {
            KnownStream old = changeable(name);
            KnownStream rotated = new KnownStream(
                    name, old.title(), old.tags(), Key.random(random), old.watchKey(), old.record(), false);
            store(name, rotated);
            return rotated;
        } finally {
            changes.unlock();
        }
    }

    /** Changes what is said of a stream; what is empty stays. @throws Rejected 404 unknown, 409 configured */
    public KnownStream change(
            StreamName name, Optional<String> title, Optional<List<String>> tags, Optional<Boolean> record)
            throws Rejected, IOException {
        changes.lock();
        try {
            KnownStream old = changeable(name);
            KnownStream changed = new KnownStream(
                    name,
                    title.orElse(old.title()),
                    tags.orElse(old.tags()),
                    old.publishKey(),
                    old.watchKey(),
                    record.orElse(old.record()),
                    false);
            store(name, changed);
            return changed;
        } finally {
            changes.unlock();
        }
    }

    /** Removes a stream and its keys. @throws Rejected 404 unknown, 409 configured */
    public void remove(StreamName name) throws Rejected, IOException {
        changes.lock();
        try {
            store(changeable(name).name(), null);
        } finally {
            changes.unlock();
        }
    }

    /** The stream that a key publishes to. */
    Optional<StreamName> publishedBy(Key key) {
        return Optional.ofNullable(catalogue.byPublishKey().get(key));
    }

    private KnownStream changeable(StreamName name) throws Rejected {
        KnownStream stream = find(name)
                .orElseThrow(() -> new Rejected(
                        404,
                        "no-such-stream",
                        "There is no stream named " + name + " that has a key; POST /api/v1/streams makes one."));
        if (stream.configured()) {
            throw new Rejected(
                    409,
                    "configured-stream",
                    "The key of " + name + " stands in the configuration under auth.streams; change it there.");
        }
        return stream;
    }

    /** To the disk first: a key that was shown to someone must outlive a crash. */
    private void store(StreamName name, @Nullable KnownStream stream) throws IOException {
        Catalogue before = catalogue;
        TreeMap<StreamName, KnownStream> made = new TreeMap<>(before.made());
        if (stream == null) {
            made.remove(name);
        } else {
            made.put(name, stream);
        }
        file.write(made.values());
        catalogue = Catalogue.of(made, before.configured());
    }

    private static KnownStream fresh(StreamName name, SecureRandom random) {
        return new KnownStream(name, name.value(), List.of(), Key.random(random), null, false, false);
    }
}
