package io.spillway.turn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

final class TurnRestCredentialsTest {

    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(1_800_000_000L));

    /** Password computed with {@code printf %s USERNAME | openssl dgst -sha1 -hmac north -binary | base64}. */
    @Test
    void shouldSignExpiryAndTagAsCoturnDoes() {
        TurnRestCredentials.Credential minted = new TurnRestCredentials("north", 3_600, CLOCK).mint("session-1");
        assertEquals("1800003600:84097828fc31a8c8", minted.username());
        assertEquals("Ns3oqCB2oA8C5YosW4t6QJHH6QU=", minted.password());
    }

    @Test
    void shouldHideTheSessionIdAndTheSecret() {
        TurnRestCredentials.Credential minted = new TurnRestCredentials("north", 3_600, CLOCK).mint("session-1");
        assertFalse(minted.username().contains("session-1"));
        assertFalse(minted.toString().contains(minted.password()));
    }

    @Test
    void shouldMintAnotherCredentialForAnotherSession() {
        TurnRestCredentials minter = new TurnRestCredentials("north", 3_600, CLOCK);
        assertNotEquals(minter.mint("a"), minter.mint("b"));
        assertEquals(minter.mint("a"), minter.mint("a"));
    }

    @Test
    void shouldHoldNoCharacterThatCutsALinkLine() {
        TurnRestCredentials minter = new TurnRestCredentials("north", 3_600, CLOCK);
        for (int i = 0; i < 1_000; i++) {
            TurnRestCredentials.Credential minted = minter.mint("session,;\" " + i);
            assertTrue(minted.username().matches("[0-9]+:[0-9a-f]{16}"), minted.username());
            assertTrue(minted.password().matches("[A-Za-z0-9+/]{27}="), minted.password());
        }
    }

    @Test
    void shouldRefuseATimeToLiveThatIsOver() {
        assertThrows(IllegalArgumentException.class, () -> new TurnRestCredentials("north", 0, CLOCK));
    }
}
