package io.spillway.signaling.metrics;

import java.util.Locale;

/** Which part of the server a path belongs to: the label of HTTP metrics, which must not grow with what strangers type. */
public enum HttpArea {
    WHIP,
    WHEP,
    HLS,
    API,
    PROBE,
    SIGNAL,
    PAGE;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The area of a path, decoded or not. */
    public static HttpArea of(String path) {
        int second = path.indexOf('/', 1);
        String first = second < 0 ? path : path.substring(0, second);
        return switch (first) {
            case "/whip" -> WHIP;
            case "/whep" -> WHEP;
            case "/hls", "/dash" -> HLS;
            case "/api" -> API;
            case "/healthz", "/readyz", "/metrics" -> PROBE;
            case "/signal" -> SIGNAL;
            case "/publish", "/watch", "/embed" -> PAGE;
            default -> second > 0 ? alias(path.substring(second)) : PAGE;
        };
    }

    /** {@code /{stream}/whip}, as MediaMTX users type it, with or without a session behind. */
    private static HttpArea alias(String rest) {
        if (rest.equals("/whip") || rest.startsWith("/whip/")) {
            return WHIP;
        }
        return rest.equals("/whep") || rest.startsWith("/whep/") ? WHEP : PAGE;
    }

    String label() {
        return label;
    }
}
