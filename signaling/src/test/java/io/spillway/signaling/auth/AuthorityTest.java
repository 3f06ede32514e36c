package io.spillway.signaling.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.Rejected;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows of who may do what. Keys in rows: {@code LIVE}, {@code STAGE} publish, {@code WATCH} watches closed, {@code ADMIN}; else as written. */
final class AuthorityTest {

    private static final StreamName LIVE = new StreamName("live");
    private static final StreamName CLOSED = new StreamName("closed");
    private static final String STAGE_KEY = "stage-key-of-the-operator";

    @TempDir
    Path folder;

    private StreamKeys keys;
    private AdminToken token;
    private Authority authority;

    @BeforeEach
    void open() throws IOException, Rejected {
        SecureRandom random = new SecureRandom();
        keys = StreamKeys.open(folder.resolve("streams.json"), Map.of(new StreamName("stage"), STAGE_KEY), random);
        keys.create(CLOSED, "Closed", List.of(), true, false);
        token = AdminToken.open(folder.resolve("admin-token"), random);
        authority = new Authority(keys, token, true);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // caller, stream, key, stream published to or status
                "near, live, -, live",
                "near, anything-at-all, -, anything-at-all",
                "near, -, -, 401",
                "near, live, wrong-key, 401",
                "near, live, '', 401",
                "near, live, STAGE, 403",
                "far, live, -, 401",
                "far, -, -, 401",
                "far, live, LIVE, live",
                "far, -, LIVE, live",
                "far, -, STAGE, stage",
                "far, stage, STAGE, stage",
                "far, live, STAGE, 403",
                "far, no-such-stream, STAGE, 403",
                "far, live, wrong-key, 401",
                "far, live, live, 401",
                "far, closed, WATCH, 401",
                "far, live, ADMIN, live",
                "far, anything-at-all, ADMIN, anything-at-all",
                "far, -, ADMIN, 400",
            })
    void shouldLetPublish(String caller, @Nullable String stream, @Nullable String key, String expected)
            throws IOException {
        String outcome;
        try {
            outcome = authority
                    .publish(caller(caller), stream == null ? null : new StreamName(stream), key(key))
                    .value();
        } catch (Rejected rejected) {
            outcome = String.valueOf(rejected.status());
            assertQuotesNoKey(rejected);
        }
        assertEquals(expected, outcome);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "far, live, -, 0",
                "far, live, wrong-key, 0",
                "far, never-seen, -, 0",
                "far, closed, -, 401",
                "far, closed, wrong-key, 401",
                "far, closed, LIVE, 403",
                "far, closed, WATCH, 0",
                "far, closed, ADMIN, 0",
                "near, closed, -, 0",
                "near, closed, wrong-key, 401",
            })
    void shouldLetWatch(String caller, String stream, @Nullable String key, int expected) throws IOException {
        int outcome = 0;
        try {
            authority.play(caller(caller), new StreamName(stream), key(key));
        } catch (Rejected rejected) {
            outcome = rejected.status();
            assertQuotesNoKey(rejected);
        }
        assertEquals(expected, outcome);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "near, -, 0",
                "near, wrong-key, 401",
                "near, LIVE, 403",
                "near, ADMIN, 0",
                "far, -, 401",
                "far, wrong-key, 401",
                "far, LIVE, 403",
                "far, WATCH, 401",
                "far, ADMIN, 0",
            })
    void shouldLetAdminister(String caller, @Nullable String key, int expected) throws IOException {
        int outcome = 0;
        try {
            authority.requireAdministrator(caller(caller), key(key));
        } catch (Rejected rejected) {
            outcome = rejected.status();
            assertQuotesNoKey(rejected);
        }
        assertEquals(expected, outcome);
        assertEquals(expected == 0, authority.administers(caller(caller), key(key)));
    }

    @Test
    void shouldAskEveryoneForAKeyWhenThisMachineIsNotTrusted() {
        Authority strict = new Authority(keys, token, false);
        assertEquals(
                401,
                assertThrows(Rejected.class, () -> strict.publish(caller("near"), LIVE, null))
                        .status());
        assertEquals(
                401,
                assertThrows(Rejected.class, () -> strict.play(caller("near"), CLOSED, null))
                        .status());
        assertFalse(strict.administers(caller("near"), null));
    }

    @Test
    void shouldTakeTheNewKeyAndNotTheOldOneAfterRotation() throws Rejected, IOException {
        String old = keys.find(LIVE).orElseThrow().publishKey();
        String rotated = keys.rotate(LIVE).publishKey();
        assertEquals(LIVE, authority.publish(caller("far"), null, rotated));
        assertEquals(
                401,
                assertThrows(Rejected.class, () -> authority.publish(caller("far"), LIVE, old))
                        .status());
    }

    @Test
    void shouldRefuseAKeyTooLongToBeOne() {
        String endless = "k".repeat(Key.MAX_CHARS + 1);
        assertEquals(
                401,
                assertThrows(Rejected.class, () -> authority.publish(caller("far"), LIVE, endless))
                        .status());
        assertFalse(authority.administers(caller("far"), endless));
    }

    private void assertQuotesNoKey(Rejected rejected) throws IOException {
        for (String name : List.of("LIVE", "STAGE", "WATCH", "ADMIN")) {
            assertFalse(rejected.sentence().contains(String.valueOf(key(name))), rejected.sentence());
        }
        assertTrue(rejected.sentence().endsWith("."), rejected.sentence());
    }

    private static Caller caller(String where) {
        InetAddress address = InetAddress.ofLiteral(where.equals("near") ? "127.0.0.1" : "192.0.2.7");
        return new Caller(address, "localhost:8080", null, false);
    }

    private @Nullable String key(@Nullable String name) throws IOException {
        return switch (name) {
            case null -> null;
            case "LIVE" -> keys.find(LIVE).orElseThrow().publishKey();
            case "STAGE" -> STAGE_KEY;
            case "WATCH" -> keys.find(CLOSED).orElseThrow().watchKey();
            case "ADMIN" -> Files.readString(token.file()).strip();
            default -> name;
        };
    }
}
