package io.spillway.hls;

import org.jspecify.annotations.Nullable;

/**
 * What a playlist is asked to wait for. RFC 8216bis §6.2.5. Other parameters are let pass (H29); of one given twice the first counts.
 *
 * @param sequence media sequence number, -1 when not asked for
 * @param part index within that segment, -1 when not asked for
 * @param skip whether a delta will do
 */
record Directives(long sequence, int part, boolean skip) {

    static final Directives NONE = new Directives(-1, -1, false);

    /** Digits of a number that is not overlong: below 2^53 (X15). */
    private static final int MAX_DIGITS = 15;

    /** Reads a query; null when one of the numbers is none, or there is a part without a sequence (H23). */
    static @Nullable Directives parse(@Nullable String query) {
        if (query == null || query.isEmpty()) {
            return NONE;
        }
        long sequence = -1;
        long part = -1;
        String skip = "";
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : pair.substring(equals + 1);
            switch (name) {
                case "_HLS_msn" -> {
                    if (sequence < 0) {
                        sequence = number(value);
                        if (sequence < 0) {
                            return null;
                        }
                    }
                }
                case "_HLS_part" -> {
                    if (part < 0) {
                        part = number(value);
                        if (part < 0) {
                            return null;
                        }
                    }
                }
                case "_HLS_skip" -> skip = skip.isEmpty() ? value : skip;
                default -> {}
            }
        }
        if (part >= 0 && sequence < 0) {
            return null;
        }
        boolean delta = skip.equals("YES") || skip.equals("v2");
        return new Directives(sequence, (int) Math.min(part, Integer.MAX_VALUE), delta);
    }

    boolean isBlocking() {
        return sequence >= 0;
    }

    private static long number(String value) {
        if (value.isEmpty() || value.length() > MAX_DIGITS) {
            return -1;
        }
        long number = 0;
        for (int i = 0; i < value.length(); i++) {
            char digit = value.charAt(i);
            if (digit < '0' || digit > '9') {
                return -1;
            }
            number = number * 10 + digit - '0';
        }
        return number;
    }
}
