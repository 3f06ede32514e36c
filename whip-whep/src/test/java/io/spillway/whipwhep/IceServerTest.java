package io.spillway.whipwhep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class IceServerTest {

    /** The form of RFC 9725 §4.6. */
    @Test
    void shouldWriteALinkValue() {
        assertEquals(
                "<turn:turn.example:3478?transport=udp>; rel=\"ice-server\"; username=\"1760:a\"; credential=\"k+/=\"; credential-type=\"password\"",
                new IceServer("turn:turn.example:3478?transport=udp", "1760:a", "k+/=").link());
        assertEquals(
                "<stun:[2001:db8::1]:3478>; rel=\"ice-server\"",
                new IceServer("stun:[2001:db8::1]:3478", null, null).link());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
                    http://turn.example  | u    | c
                    turn:a,b             | u    | c
                    turn:a;b             | u    | c
                    turn:a>b             | u    | c
                    turn:                | u    | c
                    turn:a               | u"   | c
                    turn:a               | u    | c,d
                    turn:a               | u    | c;d
                    turn:a               | u    | c\\d
                    turn:a               | u    | c d
                    turn:a               | ''   | c
                    """)
    void shouldRefuseWhatALinkCannotCarry(String url, String username, String credential) {
        assertThrows(IllegalArgumentException.class, () -> new IceServer(url, username, credential));
    }

    @Test
    void shouldRefuseHalfACredential() {
        assertThrows(IllegalArgumentException.class, () -> new IceServer("turn:a", "u", null));
        assertThrows(IllegalArgumentException.class, () -> new IceServer("turn:a", "u\r\nX: y", "c"));
    }
}
