package io.spillway.server.config;

import java.util.List;
import java.util.Locale;

/**
 * One configuration key.
 *
 * @param path dotted, kebab-case: {@code http.port}
 * @param type how its value reads
 * @param defaultValue as it stands in the manual; empty for an empty list or map
 * @param allowed what a refusal says is allowed
 * @param live whether a change of the file takes effect without a restart
 */
record Key(String path, Type type, String defaultValue, String allowed, boolean live) {

    enum Type {
        PORT,
        INTEGER,
        BOOLEAN,
        TEXT,
        CHOICE,
        LIST,
        MAP
    }

    static final Key HTTP_PORT = port("http.port", 8080);
    static final Key HTTP_BIND = text("http.bind", "0.0.0.0", "an address of this machine, or 0.0.0.0 for all");
    static final Key HTTP_ORIGINS =
            list("http.origins", "a list of origins, such as [https://example.net, http://localhost:3000]", false);
    static final Key HTTPS_ENABLED = flag("https.enabled", false);
    static final Key HTTPS_PORT = port("https.port", 8443);
    static final Key HTTPS_CERTIFICATE = text("https.certificate", "", "a PEM file with the certificate chain");
    static final Key HTTPS_KEY = text("https.key", "", "a PEM file with the PKCS#8 private key");
    static final Key HTTPS_SELF_SIGNED = flag("https.self-signed", false);
    static final Key MEDIA_PORT = port("media.port", 8189);
    static final Key MEDIA_BIND = text("media.bind", "0.0.0.0", "an address of this machine, or 0.0.0.0 for all");
    static final Key MEDIA_TCP = flag("media.tcp", true);
    static final Key MEDIA_LOOPS = integer("media.loops", 0, "0 to 64, 0 is one a core");
    static final Key MEDIA_TRANSPORT = choice("media.transport", "auto", "auto, linux or netty", false);
    static final Key MEDIA_ADDRESSES = list("media.addresses", "a list of IP addresses, such as [203.0.113.7]", true);
    static final Key MEDIA_INTERFACES = flag("media.interfaces", true);
    static final Key DATA_DIR = text("data.dir", "./spillway-data", "a folder that can be written");
    static final Key DATA_DATABASE = text(
            "data.database",
            "",
            "empty, for a file in data.dir, or a URL as jdbc:postgresql://host/spillway?user=u&password=p");
    static final Key AUTH_STREAMS = new Key("auth.streams", Type.MAP, "", "a map of stream name to publish key", true);
    static final Key AUTH_LOOPBACK = flag("auth.loopback", true);
    static final Key WHIP_CONFLICT = choice("whip.conflict", "replace", "replace or reject", false);
    static final Key PLAY_START_BITRATE_KBPS = integer("play.start-bitrate-kbps", 1_000, "300 to 100000");
    static final Key HLS_ENABLED = flag("hls.enabled", true);
    static final Key HLS_PART_MS = integer("hls.part-ms", 200, "100 to 1000");
    static final Key HLS_SEGMENT_MS = integer("hls.segment-ms", 1_000, "500 to 2000");
    static final Key HLS_WINDOW = integer("hls.window", 30, "10 to 3600");
    static final Key HLS_MEMORY_MB = integer("hls.memory-mb", 128, "16 to 4096");
    static final Key HLS_LADDER = new Key(
            "hls.ladder",
            Type.LIST,
            "[720, 480, 360]",
            "a list of at most 6 heights from 90 to 2160, such as [720, 360]; [] is none",
            false);
    static final Key HLS_ENCRYPTION = choice("hls.encryption", "none", "none, aes-128 or cbcs", false);
    static final Key HLS_KEY_ROTATION = integer("hls.key-rotation", 300, "10 to 86400");
    static final Key RECORD_ENABLED = flag("record.enabled", true);
    static final Key RECORD_STREAMS =
            list("record.streams", "a list of stream names, such as [live, stage], or [\"*\"] for every one", true);
    static final Key RECORD_WAIT_SECONDS = integer("record.wait-seconds", 30, "0 to 3600");
    static final Key RECORD_QUOTA_MB = integer("record.quota-mb", 0, "0 to 1000000000, 0 is no bound");
    static final Key RECORD_STREAM_QUOTA_MB = integer("record.stream-quota-mb", 0, "0 to 1000000000, 0 is no bound");
    static final Key RECORD_MIN_FREE_MB = integer("record.min-free-mb", 1_000, "0 to 1000000000");
    static final Key RECORD_WHEN_FULL = choice("record.when-full", "stop", "stop or oldest", false);
    static final Key RECORD_RETENTION = integer("record.retention", 0, "0 to 36500, 0 is for ever");
    static final Key RECORD_KEEP_JOURNALS = flag("record.keep-journals", false);
    static final Key RECORD_SIZES = integer("record.sizes", 4, "1 to 4");
    static final Key ICE_SERVERS =
            list("ice.servers", "a list of {urls, username, credential} or {urls, secret}", true);
    static final Key ICE_TTL_SECONDS = integer("ice.ttl-seconds", 86_400, "60 to 604800");
    static final Key ICE_REALM = text("ice.realm", "spillway", "a realm name for coturn");
    static final Key ICE_IF_MATCH = choice("ice.if-match", "lenient", "lenient or strict", false);
    static final Key LIMITS_SESSIONS = integer("limits.sessions", 4096, "1 to 100000");
    static final Key LIMITS_VIEWERS_PER_STREAM = integer("limits.viewers-per-stream", 2048, "1 to 100000");
    static final Key LIMITS_REQUESTS_PER_ADDRESS = integer("limits.requests-per-address", 50, "1 to 100000");
    static final Key LIMITS_REQUESTS_PER_TOKEN = integer("limits.requests-per-token", 200, "1 to 100000");
    static final Key LIMITS_LOOP_BUSY_PERCENT = integer("limits.loop-busy-percent", 95, "50 to 100, 100 never sheds");
    static final Key LOG_LEVEL = choice("log.level", "info", "error, warn, info, debug or trace", true);
    static final Key LOG_FORMAT = choice("log.format", "text", "text or json", false);

    static final List<Key> ALL = List.of(
            HTTP_PORT,
            HTTP_BIND,
            HTTP_ORIGINS,
            HTTPS_ENABLED,
            HTTPS_PORT,
            HTTPS_CERTIFICATE,
            HTTPS_KEY,
            HTTPS_SELF_SIGNED,
            MEDIA_PORT,
            MEDIA_BIND,
            MEDIA_TCP,
            MEDIA_LOOPS,
            MEDIA_TRANSPORT,
            MEDIA_ADDRESSES,
            MEDIA_INTERFACES,
            DATA_DIR,
            DATA_DATABASE,
            AUTH_STREAMS,
            AUTH_LOOPBACK,
            WHIP_CONFLICT,
            PLAY_START_BITRATE_KBPS,
            HLS_ENABLED,
            HLS_PART_MS,
            HLS_SEGMENT_MS,
            HLS_WINDOW,
            HLS_MEMORY_MB,
            HLS_LADDER,
            HLS_ENCRYPTION,
            HLS_KEY_ROTATION,
            RECORD_ENABLED,
            RECORD_STREAMS,
            RECORD_WAIT_SECONDS,
            RECORD_QUOTA_MB,
            RECORD_STREAM_QUOTA_MB,
            RECORD_MIN_FREE_MB,
            RECORD_WHEN_FULL,
            RECORD_RETENTION,
            RECORD_KEEP_JOURNALS,
            RECORD_SIZES,
            ICE_SERVERS,
            ICE_TTL_SECONDS,
            ICE_REALM,
            ICE_IF_MATCH,
            LIMITS_SESSIONS,
            LIMITS_VIEWERS_PER_STREAM,
            LIMITS_REQUESTS_PER_ADDRESS,
            LIMITS_REQUESTS_PER_TOKEN,
            LIMITS_LOOP_BUSY_PERCENT,
            LOG_LEVEL,
            LOG_FORMAT);

    /** {@code http.port} is {@code SPILLWAY_HTTP_PORT}. */
    String environmentName() {
        return "SPILLWAY_" + path.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    private static Key port(String path, int value) {
        return new Key(path, Type.PORT, Integer.toString(value), "0 to 65535, 0 takes a free one", false);
    }

    private static Key integer(String path, int value, String range) {
        return new Key(path, Type.INTEGER, Integer.toString(value), range, false);
    }

    private static Key flag(String path, boolean value) {
        return new Key(path, Type.BOOLEAN, Boolean.toString(value), "true or false", false);
    }

    private static Key text(String path, String value, String allowed) {
        return new Key(path, Type.TEXT, value, allowed, false);
    }

    private static Key choice(String path, String value, String allowed, boolean live) {
        return new Key(path, Type.CHOICE, value, allowed, live);
    }

    private static Key list(String path, String allowed, boolean live) {
        return new Key(path, Type.LIST, "", allowed, live);
    }
}
