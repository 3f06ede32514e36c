package io.spillway.sfu.sdp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The streams of an {@code a=simulcast} line that its writer sends, each by its alternatives; a leading {@code ~} (starts paused) is taken off. RFC 8853 §5.1.
 */
record Simulcast(List<List<String>> streams) {

    /** Four layers are what OBS and browsers send at most; each costs a history. */
    static final int MAX_STREAMS = 4;

    /** Read no farther than one beyond what a refusal must know. */
    private static final int MAX_PARTS = 64;

    /** The {@code send} half of the line's value; empty when it has none or is malformed. */
    static Optional<Simulcast> parseSend(String value) {
        String[] fields = value.split(" +", 5);
        for (int i = 0; i + 1 < fields.length && i < 4; i += 2) {
            if ("send".equals(fields[i])) {
                return streams(fields[i + 1]);
            }
        }
        return Optional.empty();
    }

    private static Optional<Simulcast> streams(String list) {
        var streams = new ArrayList<List<String>>();
        for (String stream : list.split(";", MAX_PARTS)) {
            var alternatives = new ArrayList<String>();
            for (String alternative : stream.split(",", MAX_PARTS)) {
                String rid = alternative.startsWith("~") ? alternative.substring(1) : alternative;
                if (!Grammar.isRid(rid)) {
                    return Optional.empty();
                }
                alternatives.add(rid);
            }
            streams.add(List.copyOf(alternatives));
        }
        return Optional.of(new Simulcast(List.copyOf(streams)));
    }
}
