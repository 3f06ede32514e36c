package io.spillway.server.config;

import io.spillway.hls.stream.EncryptionMethod;
import io.spillway.media.live.StreamName;
import io.spillway.turn.IceServerEntry;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Turns settings into a {@link Config}, or into one sentence that says what to mend. */
public final class ConfigReader {

    /** Literal addresses only: a name would be looked up on the network, and Spillway calls nobody. */
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

    /** What header lines and command lines carry without quoting. */
    private static final Pattern PUBLISH_KEY = Pattern.compile("[^\\s,;\"<>]*");

    /** As browsers write it, and compared letter by letter: RFC 6454 §6.2. */
    private static final Pattern ORIGIN = Pattern.compile("https?://([a-z0-9.-]+|\\[[0-9a-f:.]+])(:[0-9]{1,5})?");

    private static final List<String> ICE_SERVER_FIELDS = List.of("urls", "username", "credential", "secret");

    private static final int MIN_PUBLISH_KEY_CHARS = 8;

    /** As the key's default says. */
    private static final List<Integer> LADDER = List.of(720, 480, 360);

    /** What OpenH264 encodes well at the least, and 4K. */
    private static final int MIN_RUNG = 90;

    private static final int MAX_RUNG = 2_160;
    private static final int MAX_RUNGS = 6;

    private final Settings settings;

    private ConfigReader(Settings settings) {
        this.settings = settings;
    }

    /**
     * Reads a configuration.
     *
     * @param file settings of the file by dotted path; empty when there is none
     * @param environment the process's, of which only {@code SPILLWAY_*} counts
     * @throws ConfigException what is wrong, where, and how to mend it
     */
    public static Config read(Map<String, Setting> file, Map<String, String> environment) throws ConfigException {
        return new ConfigReader(new Settings(file, environment)).config();
    }

    /** Whether the file's reader must keep a nested mapping at this path whole. */
    public static boolean holdsStructure(String path) {
        return Settings.holdsStructure(path);
    }

    /** A petabyte. */
    private static final int MAX_MB = 1_000_000_000;

    private Config config() throws ConfigException {
        return new Config(
                new Config.Http(integer(Key.HTTP_PORT, 0, 65_535), address(Key.HTTP_BIND), origins()),
                https(),
                new Config.Media(
                        integer(Key.MEDIA_PORT, 0, 65_535),
                        address(Key.MEDIA_BIND),
                        flag(Key.MEDIA_TCP),
                        integer(Key.MEDIA_LOOPS, 0, 64),
                        Config.Transport.valueOf(choice(Key.MEDIA_TRANSPORT, List.of("auto", "linux", "netty"))
                                .toUpperCase(Locale.ROOT)),
                        addresses(Key.MEDIA_ADDRESSES),
                        flag(Key.MEDIA_INTERFACES)),
                Path.of(text(Key.DATA_DIR)).toAbsolutePath().normalize(),
                database(),
                new Config.Auth(publishKeys(), flag(Key.AUTH_LOOPBACK)),
                choice(Key.WHIP_CONFLICT, List.of("replace", "reject")).equals("replace"),
                new Config.Play(integer(Key.PLAY_START_BITRATE_KBPS, 300, 100_000)),
                new Config.Hls(
                        flag(Key.HLS_ENABLED),
                        integer(Key.HLS_PART_MS, 100, 1_000),
                        integer(Key.HLS_SEGMENT_MS, 500, 2_000),
                        integer(Key.HLS_WINDOW, 10, 3_600),
                        integer(Key.HLS_MEMORY_MB, 16, 4_096),
                        heights(),
                        switch (choice(Key.HLS_ENCRYPTION, List.of("none", "aes-128", "cbcs"))) {
                            case "aes-128" -> EncryptionMethod.AES_128;
                            case "cbcs" -> EncryptionMethod.CBCS;
                            default -> EncryptionMethod.NONE;
                        },
                        integer(Key.HLS_KEY_ROTATION, 10, 86_400)),
                new Config.Recording(
                        flag(Key.RECORD_ENABLED),
                        recorded(),
                        integer(Key.RECORD_WAIT_SECONDS, 0, 3_600),
                        new Config.Space(
                                integer(Key.RECORD_QUOTA_MB, 0, MAX_MB),
                                integer(Key.RECORD_STREAM_QUOTA_MB, 0, MAX_MB),
                                integer(Key.RECORD_MIN_FREE_MB, 0, MAX_MB),
                                integer(Key.RECORD_RETENTION, 0, 36_500),
                                choice(Key.RECORD_WHEN_FULL, List.of("stop", "oldest"))
                                        .equals("oldest")),
                        flag(Key.RECORD_KEEP_JOURNALS),
                        integer(Key.RECORD_SIZES, 1, 4)),
                new Config.Ice(
                        iceServers(),
                        integer(Key.ICE_TTL_SECONDS, 60, 604_800),
                        text(Key.ICE_REALM),
                        choice(Key.ICE_IF_MATCH, List.of("lenient", "strict")).equals("strict")),
                new Config.Limits(
                        integer(Key.LIMITS_SESSIONS, 1, 100_000),
                        integer(Key.LIMITS_VIEWERS_PER_STREAM, 1, 100_000),
                        integer(Key.LIMITS_REQUESTS_PER_ADDRESS, 1, 100_000),
                        integer(Key.LIMITS_REQUESTS_PER_TOKEN, 1, 100_000),
                        integer(Key.LIMITS_LOOP_BUSY_PERCENT, 50, 100)),
                new Config.Log(
                        choice(Key.LOG_LEVEL, List.of("error", "warn", "info", "debug", "trace")),
                        choice(Key.LOG_FORMAT, List.of("text", "json")).equals("json")));
    }

    /** A URL may hold a password: a refusal quotes none. */
    private String database() throws ConfigException {
        String url = text(Key.DATA_DATABASE);
        if (!url.isEmpty() && !url.startsWith("jdbc:postgresql:")) {
            throw new ConfigException(origin(Key.DATA_DATABASE) + ": data.database is not "
                    + Key.DATA_DATABASE.allowed() + "; correct it, or leave it empty.");
        }
        return url;
    }

    private Config.Https https() throws ConfigException {
        boolean enabled = flag(Key.HTTPS_ENABLED);
        boolean selfSigned = flag(Key.HTTPS_SELF_SIGNED);
        String certificate = text(Key.HTTPS_CERTIFICATE);
        String key = text(Key.HTTPS_KEY);
        if (enabled && !selfSigned && (certificate.isEmpty() || key.isEmpty())) {
            throw new ConfigException(
                    origin(Key.HTTPS_ENABLED)
                            + ": https.enabled is true but there is no certificate; set https.certificate and https.key to PEM files, or https.self-signed to true.");
        }
        return new Config.Https(
                enabled, integer(Key.HTTPS_PORT, 0, 65_535), Path.of(certificate), Path.of(key), selfSigned);
    }

    private Set<String> origins() throws ConfigException {
        Set<String> origins = new LinkedHashSet<>();
        for (Object item : list(Key.HTTP_ORIGINS)) {
            String origin = String.valueOf(item);
            if (!ORIGIN.matcher(origin).matches()) {
                throw refuse(
                        Key.HTTP_ORIGINS,
                        origin,
                        Key.HTTP_ORIGINS.allowed() + ", without a path or a slash at the end");
            }
            origins.add(origin);
        }
        return Set.copyOf(origins);
    }

    private List<Integer> heights() throws ConfigException {
        List<Integer> heights = new ArrayList<>();
        for (Object item : settings.find(Key.HLS_LADDER).isEmpty() ? LADDER : list(Key.HLS_LADDER)) {
            heights.add(integer(Key.HLS_LADDER, String.valueOf(item), MIN_RUNG, MAX_RUNG));
        }
        if (heights.size() > MAX_RUNGS) {
            throw refuse(Key.HLS_LADDER, String.valueOf(heights), Key.HLS_LADDER.allowed());
        }
        return List.copyOf(heights);
    }

    private List<String> recorded() throws ConfigException {
        List<String> names = new ArrayList<>();
        for (Object item : list(Key.RECORD_STREAMS)) {
            String name = String.valueOf(item);
            if (!name.equals("*") && StreamName.parse(name).isEmpty()) {
                throw refuse(
                        Key.RECORD_STREAMS, name, Key.RECORD_STREAMS.allowed() + "; names match " + StreamName.ALLOWED);
            }
            names.add(name);
        }
        return List.copyOf(names);
    }

    private Map<StreamName, String> publishKeys() throws ConfigException {
        Map<StreamName, String> keys = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : map(Key.AUTH_STREAMS).entrySet()) {
            String name = String.valueOf(entry.getKey());
            String key = String.valueOf(entry.getValue());
            StreamName stream = StreamName.parse(name)
                    .orElseThrow(() -> refuse(Key.AUTH_STREAMS, name, "stream names match " + StreamName.ALLOWED));
            if (key.length() < MIN_PUBLISH_KEY_CHARS
                    || !PUBLISH_KEY.matcher(key).matches()) {
                // The key itself is a secret: it is not quoted.
                throw new ConfigException(origin(Key.AUTH_STREAMS) + ": the publish key of \"" + name + "\" has "
                        + key.length() + " characters; at least " + MIN_PUBLISH_KEY_CHARS
                        + " are needed, without spaces, commas, semicolons or quotes.");
            }
            keys.put(stream, key);
        }
        return Map.copyOf(keys);
    }

    private List<IceServerEntry> iceServers() throws ConfigException {
        List<IceServerEntry> servers = new ArrayList<>();
        for (Object item : list(Key.ICE_SERVERS)) {
            Map<?, ?> server = item instanceof Map<?, ?> map ? map : Map.of("urls", item);
            for (Object name : server.keySet()) {
                if (!ICE_SERVER_FIELDS.contains(name)) {
                    throw refuse(Key.ICE_SERVERS, String.valueOf(name), "an entry has " + ICE_SERVER_FIELDS);
                }
            }
            Object urls = server.get("urls");
            List<?> many = urls instanceof List<?> several ? several : urls == null ? List.of() : List.of(urls);
            try {
                servers.add(new IceServerEntry(
                        many.stream().map(String::valueOf).toList(),
                        field(server, "username"),
                        field(server, "credential"),
                        field(server, "secret")));
            } catch (IllegalArgumentException refused) {
                throw new ConfigException(origin(Key.ICE_SERVERS) + ": " + refused.getMessage() + ".");
            }
        }
        return List.copyOf(servers);
    }

    private static String field(Map<?, ?> server, String name) {
        Object value = server.get(name);
        return value == null ? "" : String.valueOf(value);
    }

    private String text(Key key) {
        return settings.find(key)
                .map(setting -> String.valueOf(setting.value()))
                .orElse(key.defaultValue());
    }

    private int integer(Key key, int min, int max) throws ConfigException {
        return integer(key, text(key), min, max);
    }

    private int integer(Key key, String value, int min, int max) throws ConfigException {
        try {
            int number = Integer.parseInt(value.trim());
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // falls through to the refusal
        }
        throw refuse(key, value, key.allowed());
    }

    private boolean flag(Key key) throws ConfigException {
        return choice(key, List.of("true", "false")).equals("true");
    }

    private String choice(Key key, List<String> allowed) throws ConfigException {
        String value = text(key);
        if (!allowed.contains(value)) {
            throw refuse(key, value, key.allowed());
        }
        return value;
    }

    private InetAddress address(Key key) throws ConfigException {
        return literal(key, text(key));
    }

    private List<InetAddress> addresses(Key key) throws ConfigException {
        List<InetAddress> addresses = new ArrayList<>();
        for (Object item : list(key)) {
            addresses.add(literal(key, String.valueOf(item)));
        }
        return List.copyOf(addresses);
    }

    private InetAddress literal(Key key, String value) throws ConfigException {
        try {
            if (ADDRESS.matcher(value).matches()) {
                return InetAddress.getByName(value);
            }
        } catch (UnknownHostException notAnAddress) {
            // falls through to the refusal
        }
        throw refuse(key, value, key.allowed());
    }

    private List<?> list(Key key) throws ConfigException {
        Object value = settings.find(key).map(Setting::value).orElse(List.of());
        if (value instanceof List<?> items) {
            return items;
        }
        throw refuse(key, String.valueOf(value), key.allowed());
    }

    private Map<?, ?> map(Key key) throws ConfigException {
        Object value = settings.find(key).map(Setting::value).orElse(Map.of());
        if (value instanceof Map<?, ?> items) {
            return items;
        }
        throw refuse(key, String.valueOf(value), key.allowed());
    }

    private String origin(Key key) {
        return settings.find(key).map(Setting::origin).orElse("default");
    }

    private ConfigException refuse(Key key, String value, String allowed) {
        return new ConfigException(
                origin(key) + ": " + key.path() + " is \"" + value + "\"; allowed is " + allowed + ".");
    }
}
