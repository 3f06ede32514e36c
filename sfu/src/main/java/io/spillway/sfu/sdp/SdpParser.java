package io.spillway.sfu.sdp;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.regex.Pattern;

/** Reads a session description: any text gives a description or a line and a reason. Unknown lines and attributes are kept or skipped, never refused. RFC 8866. */
final class SdpParser {

    /** A browser that watches offers three; more than this is no player or encoder. */
    static final int MAX_MEDIA = 16;

    /** Payload types are 0..127, so an m-line can name no more. */
    private static final int MAX_FORMATS = 128;

    private static final int MAX_TOKEN_CHARS = 64;

    private static final Pattern SPACE = Pattern.compile(" +");

    private final List<MediaDescription> media = new ArrayList<>();
    private final List<Attributes.Attribute> sessionAttributes = new ArrayList<>();
    private List<Attributes.Attribute> attributes = sessionAttributes;

    private SdpParser() {}

    /**
     * Reads a whole description.
     *
     * @throws SdpException when {@code text} is none
     */
    static SessionDescription parse(String text) throws SdpException {
        List<SdpLines.Line> lines = SdpLines.split(text);
        if (lines.isEmpty()
                || lines.getFirst().type() != 'v'
                || !"0".equals(lines.getFirst().value())) {
            throw new SdpException(1, "a session description starts with v=0");
        }
        for (char mandatory : new char[] {'o', 's', 't'}) {
            if (lines.stream().takeWhile(line -> line.type() != 'm').noneMatch(line -> line.type() == mandatory)) {
                throw new SdpException(
                        lines.size() + 1, "the session has no " + mandatory + "= line, which RFC 8866 demands");
            }
        }
        return new SdpParser().read(lines);
    }

    private SessionDescription read(List<SdpLines.Line> lines) throws SdpException {
        for (SdpLines.Line line : lines) {
            switch (line.type()) {
                case 'm' -> media(line);
                case 'a' -> attributes.add(line.attribute());
                case 'o' -> origin(line);
                default -> {
                    // s=, t=, c=, b= and what later RFCs add say nothing that WebRTC needs
                }
            }
        }
        return new SessionDescription(new Attributes(List.copyOf(sessionAttributes)), List.copyOf(media));
    }

    private static void origin(SdpLines.Line line) throws SdpException {
        if (SPACE.split(line.value().strip(), -1).length != 6) {
            throw new SdpException(
                    line.number(), "o= has six fields: user, session id, version, network, address type, address");
        }
    }

    private void media(SdpLines.Line line) throws SdpException {
        if (media.size() == MAX_MEDIA) {
            throw new SdpException(line.number(), "more than " + MAX_MEDIA + " m-lines");
        }
        String[] fields = SPACE.split(line.value().strip(), -1);
        if (fields.length < 4) {
            throw new SdpException(line.number(), "m= has a kind, a port, a protocol and at least one format");
        }
        String kind = token(fields[0], line);
        int slash = fields[1].indexOf('/');
        int port = Grammar.decimal(slash < 0 ? fields[1] : fields[1].substring(0, slash));
        if (port < 0 || port > 65_535) {
            throw new SdpException(line.number(), Grammar.quote(fields[1]) + " is no port");
        }
        for (String part : fields[2].split("/", -1)) {
            token(part, line);
        }
        if (fields.length - 3 > MAX_FORMATS) {
            throw new SdpException(line.number(), "more than " + MAX_FORMATS + " formats");
        }
        var formats = new LinkedHashSet<String>();
        for (int i = 3; i < fields.length; i++) {
            formats.add(token(fields[i], line));
        }
        attributes = new ArrayList<>();
        media.add(new MediaDescription(
                media.size(), kind, port, fields[2], List.copyOf(formats), new Attributes(attributes), line.number()));
    }

    private static String token(String text, SdpLines.Line line) throws SdpException {
        if (!Grammar.isToken(text, MAX_TOKEN_CHARS)) {
            throw new SdpException(line.number(), Grammar.quote(text) + " is no token");
        }
        return text;
    }
}
