package io.spillway.recorder.jetty;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a clip's address asks for: {@code start=S&duration=S}, in seconds. */
record ClipRange(double startS, double durationS) {

    /** An hour: longer ones are the recording itself. */
    static final double MAX_S = 3_600;

    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,7}(?:\\.[0-9]{1,9})?");

    /** What of a wrong value is repeated to its sender. */
    private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9.:,+-]{0,40}");

    /** No clip is meant by it. */
    static final class BadException extends Exception {
        private static final long serialVersionUID = 1;

        BadException(String sentence) {
            super(sentence);
        }

        String sentence() {
            return String.valueOf(getMessage());
        }
    }

    static ClipRange parse(@Nullable String query) throws BadException {
        double startS = seconds("start", query);
        double durationS = seconds("duration", query);
        if (durationS <= 0 || durationS > MAX_S) {
            throw bad("duration", Double.toString(durationS));
        }
        return new ClipRange(startS, durationS);
    }

    private static double seconds(String name, @Nullable String query) throws BadException {
        Matcher found = Pattern.compile("(?:^|&)" + name + "=([^&]*)").matcher(query == null ? "" : query);
        if (!found.find()) {
            throw bad(name, "");
        }
        if (!SECONDS.matcher(found.group(1)).matches()) {
            throw bad(name, found.group(1));
        }
        return Double.parseDouble(found.group(1));
    }

    private static BadException bad(String name, String value) {
        String said =
                value.isEmpty() ? " is missing" : HARMLESS.matcher(value).matches() ? " is " + value : " is no number";
        return new BadException(name + said
                + ": a clip is clip.mp4?start=S&duration=S, start in seconds since the recording began, 0 or more, and"
                + " duration more than 0 and up to 3600 s, as in start=90.5&duration=30.");
    }

    /** That the recording has nothing there. */
    String beyond(double lastsS) {
        return String.format(
                Locale.ROOT,
                "start is %s: the recording lasts %.1f s so far, so it has to be less.",
                Double.toString(startS),
                lastsS);
    }
}
