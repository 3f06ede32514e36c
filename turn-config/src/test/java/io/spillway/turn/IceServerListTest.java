package io.spillway.turn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IceServerListTest {

    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(1_800_000_000L));

    @Test
    void shouldGiveOneServerAUrlAndCredentialsToRelaysOnly() {
        IceServerList list = list(
                new IceServerEntry(List.of("stun:stun.example.net:3478"), "", "", ""),
                new IceServerEntry(
                        List.of(
                                "stun:turn.example.net",
                                "turn:turn.example.net:3478?transport=udp",
                                "turns:turn.example.net?transport=tcp"),
                        "user",
                        "pass",
                        ""));
        assertEquals(
                List.of(
                        new IceServer("stun:stun.example.net:3478", null, null),
                        new IceServer("stun:turn.example.net", null, null),
                        new IceServer("turn:turn.example.net:3478?transport=udp", "user", "pass"),
                        new IceServer("turns:turn.example.net?transport=tcp", "user", "pass")),
                list.forSession("any"));
    }

    @Test
    void shouldMintCredentialsASession() {
        IceServerList list = list(new IceServerEntry(List.of("turn:t.example.net"), "", "", "a-secret"));
        TurnRestCredentials.Credential minted = new TurnRestCredentials("a-secret", 600, CLOCK).mint("one");
        assertEquals(
                List.of(new IceServer("turn:t.example.net", minted.username(), minted.password())),
                list.forSession("one"));
        assertNotEquals(list.forSession("one"), list.forSession("two"));
    }

    @Test
    void shouldGiveNothingWhenNothingIsConfigured() {
        assertEquals(List.of(), list().forSession("one"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "stun:host",
                "stun:192.0.2.1:19302",
                "stuns:host:5349",
                "turn:host:3478?transport=udp",
                "turn:[2001:db8::1]:3478?transport=tcp",
                "turns:turn.example.net:443?transport=tcp"
            })
    void shouldTakeTheUrlsOfTheTwoSchemes(String url) {
        assertEquals(List.of(url), new IceServerEntry(List.of(url), "u", "c", "").urls());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "host:3478",
                "http://host",
                "turn:",
                "turn://host",
                "turn:user@host",
                "turn:host:0",
                "turn:host:65536",
                "turn:host:99999999999",
                "turn:host?transport=sctp",
                "stun:host?transport=udp",
                "turn:host>; rel=\"next\"",
                "turn:a,turn:b",
                "turn:host\r\nX-Injected: 1"
            })
    void shouldRefuseWhatIsNoSuchUrl(String url) {
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> new IceServerEntry(List.of(url), "u", "c", ""));
        assertTrue(refusal.toString().contains("write it as"), refusal.toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a,b | c | ``",
                "a;b | c | ``",
                "a | c\"d | ``",
                "a | c d | ``",
                "`` | `` | s#t",
                "`` | `` | schlüssel",
                "a | `` | ``",
                "`` | c | ``",
                "a | c | s",
                "`` | `` | ``"
            })
    void shouldRefuseCredentialsThatClientsCutOrThatAreIncomplete(String username, String credential, String secret) {
        IllegalArgumentException refusal = assertThrows(
                IllegalArgumentException.class,
                () -> new IceServerEntry(List.of("turn:host"), username, credential, secret));
        for (String value : List.of(credential, secret)) {
            assertFalse(value.length() > 1 && refusal.toString().contains(value), "a secret is quoted");
        }
    }

    @Test
    void shouldKeepSecretsFromLogs() {
        String text = new IceServerEntry(List.of("turn:host"), "", "", "hidden-1")
                + new IceServerEntry(List.of("turn:host"), "hidden-2", "hidden-3", "").toString()
                + new IceServer("turn:host", "hidden-4", "hidden-5");
        assertFalse(text.contains("hidden"), text);
    }

    private static IceServerList list(IceServerEntry... entries) {
        return new IceServerList(List.of(entries), 600, CLOCK);
    }
}
