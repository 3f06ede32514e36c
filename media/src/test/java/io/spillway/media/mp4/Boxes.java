package io.spillway.media.mp4;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A file as its boxes: an independent reader that trusts no size. */
record Boxes(String type, int offset, int length, List<Boxes> children, ByteBuffer file) {

    private static final Set<String> CONTAINERS =
            Set.of("moov", "trak", "edts", "mdia", "minf", "dinf", "stbl", "mvex", "moof", "traf");

    static Boxes read(byte[] bytes) {
        ByteBuffer file = ByteBuffer.wrap(bytes);
        return new Boxes("", 0, bytes.length, children(file, 0, bytes.length), file);
    }

    private static List<Boxes> children(ByteBuffer file, int from, int end) {
        List<Boxes> all = new ArrayList<>();
        int at = from;
        while (at < end) {
            int length = file.getInt(at);
            byte[] type = new byte[4];
            file.get(at + 4, type);
            String name = new String(type, StandardCharsets.ISO_8859_1);
            if (length < 8 || at + length > end) {
                throw new AssertionError(name + " at " + at + " is " + length + " bytes of " + (end - at));
            }
            all.add(new Boxes(
                    name,
                    at,
                    length,
                    CONTAINERS.contains(name) ? children(file, at + 8, at + length) : List.of(),
                    file));
            at += length;
        }
        return all;
    }

    /** The box at a path such as {@code moof/traf/tfdt}. */
    Boxes at(String path) {
        Boxes box = this;
        for (String step : path.split("/", -1)) {
            box = box.children.stream()
                    .filter(child -> child.type.equals(step))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no " + path));
        }
        return box;
    }

    List<String> types() {
        return children.stream().map(Boxes::type).toList();
    }

    /** A number in its content, which begins behind size and type. */
    int u32(int at) {
        return file.getInt(offset + 8 + at);
    }

    long u64(int at) {
        return file.getLong(offset + 8 + at);
    }
}
