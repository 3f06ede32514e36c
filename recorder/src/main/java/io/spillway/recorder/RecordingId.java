package io.spillway.recorder;

import io.spillway.media.live.StreamName;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names a recording, in addresses and on the disk: stream, time of its beginning (UTC), and a number where a stream has two of one second, as in {@code live-20261127T093000Z}.
 */
public record RecordingId(String value) {

    /** What one looks like; also what a refusal quotes. */
    public static final String ALLOWED = "STREAM-YYYYMMDDTHHMMSSZ";

    private static final Pattern PATTERN =
            Pattern.compile("(" + StreamName.ALLOWED + ")-([0-9]{8}T[0-9]{6}Z)(-[0-9]{1,3})?");

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    /** @param number 1 for the first of its second */
    static RecordingId of(StreamName stream, Instant beganAt, int number) {
        return new RecordingId(stream + "-" + TIME.format(beganAt) + (number == 1 ? "" : "-" + number));
    }

    /** The id, or empty when it is none. */
    public static Optional<RecordingId> parse(String value) {
        Matcher matcher = PATTERN.matcher(value);
        return matcher.matches() && isTime(matcher.group(2)) ? Optional.of(new RecordingId(value)) : Optional.empty();
    }

    /** Whoever makes folders may name them for a thirteenth month. */
    private static boolean isTime(String digits) {
        try {
            return Instant.from(TIME.parse(digits)).getEpochSecond() > Long.MIN_VALUE;
        } catch (DateTimeException none) {
            return false;
        }
    }

    /** Whose it is. */
    public StreamName stream() {
        return new StreamName(part(1));
    }

    /** When it began, to the second. */
    public Instant beganAt() {
        return Instant.from(TIME.parse(time()));
    }

    /** The same as it stands there: what began later is greater. */
    String time() {
        return part(2);
    }

    private String part(int group) {
        Matcher matcher = PATTERN.matcher(value);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("no recording is named " + value);
        }
        return matcher.group(group);
    }

    @Override
    public String toString() {
        return value;
    }
}
