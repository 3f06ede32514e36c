package io.spillway.testkit.client;

import io.spillway.testkit.client.HttpConnection.Reply;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A player of LL-HLS that shows nothing: of one rendition it reads the playlist by blocking reload and fetches each part, as it is listed or already as it is announced. One connection, one thread;
 * cheap enough for hundreds.
 */
public final class HlsPlayer implements AutoCloseable {

    private static final Pattern PART = Pattern.compile("#EXT-X-PART:.*URI=\"([^\"]+)\"(.*)");
    private static final Pattern HINT = Pattern.compile("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"([^\"]+)\"");
    private static final Pattern SEQUENCE = Pattern.compile("#EXT-X-MEDIA-SEQUENCE:(\\d+)");
    private static final Pattern SOUND = Pattern.compile("#EXT-X-MEDIA:TYPE=AUDIO.*URI=\"([^\"]+)\"");

    /** Where a part stands in a playlist. */
    private record Place(long sequence, int index) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            return sequence != other.sequence
                    ? Long.compare(sequence, other.sequence)
                    : Integer.compare(index, other.index);
        }
    }

    /** A playlist as far as a player needs it: its parts that are there (without address where there is nothing to fetch), where the next one will stand, and its address. */
    private record Listed(Map<Place, String> parts, Place next, String hint) {}

    private final HttpConnection connection;
    private final String folder;
    private final String rendition;
    private final boolean early;
    private final Map<String, Integer> fetched = new LinkedHashMap<>();
    private int requests;

    /**
     * @param folder address of the stream's playlists, with a slash at the end
     * @param rendition its playlist below it
     * @param early whether parts are asked for when they are only announced, as Safari does
     */
    public HlsPlayer(URI folder, String rendition, boolean early) throws IOException {
        this.connection = new HttpConnection(folder);
        this.folder = folder.getRawPath();
        this.rendition = rendition;
        this.early = early;
    }

    /** Playlists of a stream's first variant: the picture, then the sound if it has its own. */
    public static List<String> renditions(URI folder) throws IOException {
        try (HttpConnection connection = new HttpConnection(folder)) {
            Reply index = connection.get(folder.getRawPath() + "index.m3u8");
            List<String> all = new ArrayList<>();
            index.text()
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .findFirst()
                    .ifPresent(all::add);
            Matcher sound = SOUND.matcher(index.text());
            if (sound.find()) {
                all.add(sound.group(1));
            }
            if (index.status() != 200 || all.isEmpty()) {
                throw new IOException(index.status() + " " + index.text());
            }
            return all;
        }
    }

    /**
     * Plays from the newest part on until {@code count} parts were fetched.
     *
     * @throws IOException when anything but success is answered, or a part that should be there is missing from the playlist
     */
    public void play(int count) throws IOException {
        Listed listed = read("");
        Place next = listed.next;
        while (fetched.size() < count) {
            if (early && !fetched.containsKey(listed.hint)) {
                fetch(listed.hint);
            }
            listed = read("?_HLS_msn=" + next.sequence + "&_HLS_part=" + next.index);
            boolean found = false;
            for (Map.Entry<Place, String> part : listed.parts.entrySet()) {
                found |= part.getKey().equals(next);
                boolean wanted = !part.getValue().isEmpty() && !fetched.containsKey(part.getValue());
                if (wanted && part.getKey().compareTo(next) >= 0) {
                    fetch(part.getValue());
                }
            }
            if (!found && !listed.parts.containsKey(new Place(next.sequence + 1, 0))) {
                throw new IOException("part " + next + " of " + rendition + " is not listed");
            }
            next = listed.next;
        }
    }

    private void fetch(String uri) throws IOException {
        fetched.put(uri, Arrays.hashCode(get(uri).body()));
    }

    private Reply get(String file) throws IOException {
        requests++;
        Reply reply = connection.get(folder + file);
        if (reply.status() != 200) {
            throw new IOException(file + ": " + reply.status() + " " + reply.text());
        }
        return reply;
    }

    private Listed read(String query) throws IOException {
        String text = get(rendition + query).text();
        Matcher first = SEQUENCE.matcher(text);
        if (!first.find()) {
            throw new IOException("no playlist but " + text);
        }
        long sequence = Long.parseLong(first.group(1));
        int index = 0;
        String hint = "";
        Map<Place, String> parts = new LinkedHashMap<>();
        for (String line : text.lines().toList()) {
            Matcher part = PART.matcher(line);
            Matcher announced = HINT.matcher(line);
            if (part.matches()) {
                parts.put(new Place(sequence, index++), part.group(2).contains("GAP=YES") ? "" : part.group(1));
            } else if (announced.matches()) {
                hint = announced.group(1);
            } else if (!line.startsWith("#")) {
                sequence++;
                index = 0;
            }
        }
        return new Listed(parts, new Place(sequence, index), hint);
    }

    /** What was fetched, by address, with a hash of its bytes; in order. */
    public Map<String, Integer> fetched() {
        return Map.copyOf(fetched);
    }

    /** How often it asked for anything. */
    public int requests() {
        return requests;
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
