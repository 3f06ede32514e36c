package io.spillway.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.hls.stream.EncryptionMethod;
import io.spillway.media.live.StreamName;
import io.spillway.server.json.YamlFile;
import io.spillway.turn.IceServerEntry;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigReaderTest {

    private static final Path MANUAL = Path.of("../spillway.yaml");

    @TempDir
    Path dir;

    @Test
    void shouldSayInTheManualExactlyTheKeysAndDefaultsOfTheCode() throws Exception {
        Map<String, String> manual = new TreeMap<>();
        YamlFile.read(MANUAL).forEach((path, setting) -> manual.put(path, flat(setting.value())));
        Map<String, String> code = new TreeMap<>();
        Key.ALL.forEach(key -> code.put(key.path(), key.defaultValue()));
        assertEquals(code, manual);
        assertEquals(ConfigReader.read(Map.of(), Map.of()), ConfigReader.read(YamlFile.read(MANUAL), Map.of()));
    }

    @Test
    void shouldMarkInTheManualExactlyTheLiveKeys() throws IOException {
        List<String> lines = Files.readAllLines(MANUAL);
        String section = "";
        boolean live = false;
        for (String line : lines) {
            if (line.matches("[a-z]+:")) {
                section = line.replace(":", ".");
            } else if (line.strip().startsWith("# (live)")) {
                live = true;
            } else if (line.matches(" {2}[a-z-]+:.*")) {
                String path = section + line.strip().replaceFirst(":.*", "");
                assertEquals(Settings.known(path).orElseThrow().live(), live, path);
                live = false;
            }
        }
    }

    @Test
    void shouldLetTheEnvironmentWin() throws Exception {
        Path file = write("http:\n  port: 9000\nmedia:\n  addresses: [192.0.2.1]\n");
        Config config = ConfigReader.read(
                YamlFile.read(file),
                Map.of(
                        "SPILLWAY_HTTP_PORT", "9001",
                        "SPILLWAY_MEDIA_ADDRESSES", "203.0.113.7, 2001:db8::7",
                        "SPILLWAY_AUTH_STREAMS", "stage=secret-key-1",
                        "HOME", "/root"));
        assertEquals(9001, config.http().port());
        assertEquals(
                List.of(InetAddress.getByName("203.0.113.7"), InetAddress.getByName("2001:db8::7")),
                config.media().addresses());
        assertEquals(
                Map.of(new StreamName("stage"), "secret-key-1"), config.auth().streams());
    }

    @Test
    void shouldReadIceServersOfBothKinds() throws Exception {
        Path file = write("""
                ice:
                  servers:
                    - urls: ["turn:turn.example:3478?transport=udp"]
                      secret: s3cret
                    - urls: stun:stun.example:3478
                """);
        assertEquals(
                List.of(
                        new IceServerEntry(List.of("turn:turn.example:3478?transport=udp"), "", "", "s3cret"),
                        new IceServerEntry(List.of("stun:stun.example:3478"), "", "", "")),
                ConfigReader.read(YamlFile.read(file), Map.of()).ice().servers());
    }

    @Test
    void shouldReadWhichRenditionsAreMade() throws Exception {
        assertEquals(
                List.of(720, 480, 360),
                ConfigReader.read(Map.of(), Map.of()).hls().ladder());
        Path file = write("hls:\n  ladder: []\n");
        assertEquals(
                List.of(),
                ConfigReader.read(YamlFile.read(file), Map.of()).hls().ladder());
        assertEquals(
                List.of(540, 270),
                ConfigReader.read(YamlFile.read(file), Map.of("SPILLWAY_HLS_LADDER", "540, 270"))
                        .hls()
                        .ladder());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"540, 270;540 270", "'[540,270]';540 270", "' [ 720 ] ';720", "'[]';''", "'';''"})
    void shouldReadAListOfTheEnvironmentWithOrWithoutBrackets(String value, String heights) throws Exception {
        assertEquals(
                heights,
                ConfigReader.read(Map.of(), Map.of("SPILLWAY_HLS_LADDER", value)).hls().ladder().stream()
                        .map(String::valueOf)
                        .collect(Collectors.joining(" ")));
    }

    @Test
    void shouldReadWhetherSegmentsAreEncrypted() throws Exception {
        assertEquals(
                EncryptionMethod.NONE,
                ConfigReader.read(Map.of(), Map.of()).hls().encryption());
        assertEquals(
                EncryptionMethod.CBCS,
                ConfigReader.read(Map.of(), Map.of("SPILLWAY_HLS_ENCRYPTION", "cbcs"))
                        .hls()
                        .encryption());
        Config.Hls hls = ConfigReader.read(
                        YamlFile.read(write("hls:\n  encryption: aes-128\n")),
                        Map.of("SPILLWAY_HLS_KEY_ROTATION", "60"))
                .hls();
        assertEquals(EncryptionMethod.AES_128, hls.encryption());
        assertEquals(60, hls.keyRotationSeconds());
    }

    @Test
    void shouldReadWhichStreamsAreRecorded() throws Exception {
        Config.Space space = new Config.Space(0, 0, 1_000, 0, false);
        assertEquals(
                new Config.Recording(true, List.of(), 30, space, false, 4),
                ConfigReader.read(Map.of(), Map.of()).record());
        Path file = write("record:\n  streams: [\"*\"]\n  wait-seconds: 5\n");
        assertEquals(
                new Config.Recording(true, List.of("*"), 5, space, false, 4),
                ConfigReader.read(YamlFile.read(file), Map.of()).record());
        assertEquals(
                List.of("live", "stage"),
                ConfigReader.read(Map.of(), Map.of("SPILLWAY_RECORD_STREAMS", "live,stage"))
                        .record()
                        .streams());
        ConfigException refused = assertThrows(
                ConfigException.class,
                () -> ConfigReader.read(Map.of(), Map.of("SPILLWAY_RECORD_STREAMS", "live,no such")));
        assertTrue(refused.sentence().contains("record.streams is \"no such\""), refused.sentence());
    }

    @Test
    void shouldReadWhatRecordingsMayTake() throws Exception {
        Path file = write("""
                record:
                  quota-mb: 5000
                  stream-quota-mb: 2000
                  min-free-mb: 0
                  when-full: oldest
                  retention: 30
                  keep-journals: true
                  sizes: 1
                """);
        Config.Recording record =
                ConfigReader.read(YamlFile.read(file), Map.of()).record();
        assertEquals(new Config.Space(5_000, 2_000, 0, 30, true), record.space());
        assertTrue(record.keepJournals());
        assertEquals(1, record.sizes());
        ConfigException refused = assertThrows(
                ConfigException.class,
                () -> ConfigReader.read(Map.of(), Map.of("SPILLWAY_RECORD_WHEN_FULL", "newest")));
        assertTrue(refused.sentence().contains("stop or oldest"), refused.sentence());
    }

    @Test
    void shouldTellNoPasswordOfADatabase() throws Exception {
        String url = "jdbc:postgresql://localhost/spillway?user=u&password=p4ssw0rd";
        assertEquals(
                url,
                ConfigReader.read(Map.of(), Map.of("SPILLWAY_DATA_DATABASE", url))
                        .database());
        ConfigException refused = assertThrows(
                ConfigException.class,
                () -> ConfigReader.read(
                        Map.of(), Map.of("SPILLWAY_DATA_DATABASE", url.replace("jdbc:postgresql", "postgres"))));
        assertTrue(refused.sentence().contains("jdbc:postgresql://host/spillway"), refused.sentence());
        assertFalse(refused.sentence().contains("p4ssw0rd"), refused.sentence());
    }

    @Test
    void shouldReadWhetherAPatchNeedsIfMatch() throws Exception {
        Path file = write("ice:\n  if-match: strict\n");
        assertTrue(ConfigReader.read(YamlFile.read(file), Map.of()).ice().strictIfMatch());
        assertFalse(ConfigReader.read(Map.of(), Map.of()).ice().strictIfMatch());
    }

    @Test
    void shouldReadWhoMayCallTheApiAndHowOftenAnyoneMayAsk() throws Exception {
        Path file = write("""
                http:
                  origins: [https://example.net, "http://localhost:3000", "http://[2001:db8::1]"]
                limits:
                  requests-per-address: 7
                """);
        Config config = ConfigReader.read(YamlFile.read(file), Map.of("SPILLWAY_LIMITS_REQUESTS_PER_TOKEN", "9"));
        assertEquals(
                Set.of("https://example.net", "http://localhost:3000", "http://[2001:db8::1]"),
                config.http().origins());
        assertEquals(7, config.limits().requestsPerAddress());
        assertEquals(9, config.limits().requestsPerToken());
        assertEquals(95, config.limits().loopBusyPercent());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http:\\n  prot: 1 | line 2: there is no key \"http.prot\"; did you mean \"http.port\"?",
                "htp:\\n  port: 1 | line 2: there is no key \"htp.port\"; did you mean \"http.port\"?",
                "http:\\n  port: 70000 | line 2: http.port is \"70000\"; allowed is 0 to 65535, 0 takes a free one.",
                "http:\\n  port: eighty | line 2: http.port is \"eighty\"; allowed is 0 to 65535",
                "http:\\n  bind: example.org | http.bind is \"example.org\"; allowed is an address",
                "media:\\n  loops: 65 | media.loops is \"65\"; allowed is 0 to 64, 0 is one a core",
                "media:\\n  addresses: [host.example] | media.addresses is \"host.example\"; allowed is a list of IP addresses",
                "media:\\n  addresses: 192.0.2.1 | media.addresses is \"192.0.2.1\"; allowed is a list",
                "auth:\\n  streams: {\"a b\": kkkkkkkkkk} | auth.streams is \"a b\"; allowed is stream names match",
                "auth:\\n  streams: {live: short} | the publish key of \"live\" has 5 characters; at least 8 are needed",
                "ice:\\n  servers: [{urls: http://x}] | http://x",
                "ice:\\n  servers: [{urls: turn:x, credential: \"a,b\"}] | credential",
                "https:\\n  enabled: true | https.enabled is true but there is no certificate",
                "http:\\n  origins: [https://example.net/] | http.origins is \"https://example.net/\"; allowed is a list of origins",
                "http:\\n  origins: [\"*\"] | http.origins is \"*\"; allowed is a list of origins",
                "limits:\\n  requests-per-token: 0 | line 2: limits.requests-per-token is \"0\"; allowed is 1 to 100000.",
                "limits:\\n  loop-busy-percent: 49 | limits.loop-busy-percent is \"49\"; allowed is 50 to 100, 100 never sheds.",
                "media:\\n  transport: pigeon | media.transport is \"pigeon\"; allowed is auto, linux or netty.",
                "ice:\\n  if-match: sometimes | line 2: ice.if-match is \"sometimes\"; allowed is lenient or strict.",
                "whip:\\n  conflict: fight | whip.conflict is \"fight\"; allowed is replace or reject.",
                "hls:\\n  ladder: [720, 40] | line 2: hls.ladder is \"40\"; allowed is a list of at most 6 heights from 90 to 2160",
                "hls:\\n  ladder: 720 | hls.ladder is \"720\"; allowed is a list",
                "hls:\\n  ladder: [90, 100, 110, 120, 130, 140, 150] | allowed is a list of at most 6 heights",
                "hls:\\n  encryption: sample-aes | line 2: hls.encryption is \"sample-aes\"; allowed is none, aes-128 or cbcs.",
                "hls:\\n  key-rotation: 9 | line 2: hls.key-rotation is \"9\"; allowed is 10 to 86400.",
                "http:\\n  port: 1\\n  port: 2 | line 3",
                "http: [ | line",
                "- a | must be a map of sections",
            })
    void shouldNameKeyValueAndMendWhenASettingIsBad(String yaml, String expected) throws IOException {
        Path file = write(yaml.replace("\\n", "\n"));
        ConfigException refused =
                assertThrows(ConfigException.class, () -> ConfigReader.read(YamlFile.read(file), Map.of()));
        assertTrue(refused.sentence().contains(expected), refused.sentence());
        assertEquals(1, refused.sentence().lines().count());
    }

    @Test
    void shouldRefuseAnUnknownEnvironmentVariable() {
        ConfigException refused = assertThrows(
                ConfigException.class, () -> ConfigReader.read(Map.of(), Map.of("SPILLWAY_HTTP_PROT", "1")));
        assertTrue(refused.sentence().contains("did you mean \"http.port\"?"), refused.sentence());
    }

    @Test
    void shouldNotQuoteAPublishKey() throws IOException {
        Path file = write("auth:\n  streams: {live: \"a secret, key\"}\n");
        ConfigException refused =
                assertThrows(ConfigException.class, () -> ConfigReader.read(YamlFile.read(file), Map.of()));
        assertTrue(!refused.sentence().contains("secret"), refused.sentence());
    }

    private Path write(String yaml) throws IOException {
        return Files.writeString(dir.resolve("spillway.yaml"), yaml);
    }

    private static String flat(Object value) {
        boolean empty =
                (value instanceof List<?> list && list.isEmpty()) || (value instanceof Map<?, ?> map && map.isEmpty());
        return empty ? "" : String.valueOf(value);
    }
}
