package io.spillway.sfu.sdp;

/** The character classes of RFC 8866 §9, RFC 8839 §5 and RFC 8851 §10: only what passes them is ever echoed. */
final class Grammar {

    /** Longest piece of a stranger's text that a refusal quotes. */
    private static final int MAX_QUOTED_CHARS = 60;

    private Grammar() {}

    /** {@code token}: one to {@code maxChars} of the visible ASCII that is no separator. */
    static boolean isToken(String text, int maxChars) {
        return isMadeOf(text, 1, maxChars, "!#$%&'*+-.^_`{|}~");
    }

    /** {@code ice-char}s in the given number. */
    static boolean isIceChars(String text, int minChars, int maxChars) {
        return isMadeOf(text, minChars, maxChars, "+/");
    }

    /** {@code rid-id}; RFC 8851 lets it be longer, RFC 8852 says 1 to 16 are wise and one-byte header extensions carry no more. */
    static boolean isRid(String text) {
        return isMadeOf(text, 1, 16, "-_");
    }

    /** Space and visible ASCII only. */
    static boolean isPrintable(String text, int maxChars) {
        if (text.length() > maxChars) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
                return false;
            }
        }
        return true;
    }

    /** The number that {@code text} spells in at most nine decimal digits, or -1. */
    static int decimal(String text) {
        if (text.isEmpty() || text.length() > 9) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = 10 * value + digit;
        }
        return value;
    }

    /** The number of 32 bits without sign that {@code text} spells in decimal, or -1. */
    static long unsignedInt(String text) {
        if (text.isEmpty() || text.length() > 10) {
            return -1;
        }
        long value = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = 10 * value + digit;
        }
        return value <= 0xffff_ffffL ? value : -1;
    }

    /** A stranger's text as a refusal may show it: visible ASCII, cut when long. */
    static String quote(String text) {
        var shown = new StringBuilder("\"");
        for (int i = 0; i < text.length() && i < MAX_QUOTED_CHARS; i++) {
            char c = text.charAt(i);
            shown.append(c < ' ' || c > '~' || c == '"' ? '?' : c);
        }
        return shown.append(text.length() > MAX_QUOTED_CHARS ? "…\"" : "\"").toString();
    }

    private static boolean isMadeOf(String text, int minChars, int maxChars, String besidesAlphanumerics) {
        if (text.length() < minChars || text.length() > maxChars) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!alphanumeric && besidesAlphanumerics.indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }
}
