package io.spillway.sfu.sdp;

import java.util.ArrayList;
import java.util.List;

/** The {@code x=value} lines of a description or a fragment, checked for form and size only. Lines end in CRLF, or LF as some senders write. */
final class SdpLines {

    /** As the request body's limit: nothing longer reaches the parser by HTTP. */
    static final int MAX_CHARS = 64 * 1024;

    /** Chromium 156 writes about 300 with every codec and a data channel. */
    private static final int MAX_LINES = 2_000;

    /** Real lines stay below 300; a candidate with extensions is the longest. */
    private static final int MAX_LINE_CHARS = 2_048;

    private SdpLines() {}

    /** One line: {@code value} has no control characters; {@code number} counts from 1. */
    record Line(char type, String value, int number) {

        /** This {@code a=} line taken apart at its first colon. */
        Attributes.Attribute attribute() {
            int colon = value.indexOf(':');
            return colon < 0
                    ? new Attributes.Attribute(value.trim(), "", number)
                    : new Attributes.Attribute(
                            value.substring(0, colon),
                            value.substring(colon + 1).trim(),
                            number);
        }
    }

    static List<Line> split(String text) throws SdpException {
        if (text.length() > MAX_CHARS) {
            throw new SdpException(1, "the text has " + text.length() + " characters, at most " + MAX_CHARS + " fit");
        }
        var lines = new ArrayList<Line>();
        int start = 0;
        while (start < text.length()) {
            int number = lines.size() + 1;
            int newline = text.indexOf('\n', start);
            int end = newline < 0 ? text.length() : newline;
            int next = end + 1;
            if (end > start && text.charAt(end - 1) == '\r') {
                end--;
            }
            if (end == start && text.substring(start).isBlank()) {
                break; // empty lines at the very end do no harm
            }
            if (number > MAX_LINES) {
                throw new SdpException(number, "more than " + MAX_LINES + " lines");
            }
            lines.add(line(text, start, end, number));
            start = next;
        }
        return lines;
    }

    private static Line line(String text, int start, int end, int number) throws SdpException {
        if (end - start > MAX_LINE_CHARS) {
            throw new SdpException(number, "more than " + MAX_LINE_CHARS + " characters in one line");
        }
        if (end - start < 2 || text.charAt(start + 1) != '=' || text.charAt(start) < 'a' || text.charAt(start) > 'z') {
            throw new SdpException(
                    number, Grammar.quote(text.substring(start, end)) + " is no line of the form x=value");
        }
        for (int i = start; i < end; i++) {
            if (Character.isISOControl(text.charAt(i))) {
                throw new SdpException(number, "a control character stands within the line");
            }
        }
        return new Line(text.charAt(start), text.substring(start + 2, end), number);
    }
}
