package io.spillway.sfu.sdp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.Rejected;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Fragments that clients PATCH, W32, W40, W41. */
class IceFragmentTest {

    private static final String CREDENTIALS = "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n";

    private static final String HOST =
            "a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw network-id 1\r\n";

    @Test
    void shouldReadTheExampleOfTheWhepDraft() throws Rejected {
        // draft-ietf-wish-whep-03, "Example of a Trickle ICE request and response"
        IceFragment fragment = IceFragment.parse("""
                a=group:BUNDLE 0 1
                m=audio 9 UDP/TLS/RTP/SAVPF 111
                a=mid:0
                a=ice-ufrag:EsAw
                a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1
                a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw network-id 1
                a=candidate:3471623853 1 udp 2122194687 198.51.100.2 61765 typ host generation 0 ufrag EsAw network-id 2
                a=candidate:473322822 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active generation 0 ufrag EsAw network-id 1
                a=candidate:2154773085 1 tcp 1518214911 198.51.100.2 9 typ host tcptype active generation 0 ufrag EsAw network-id 2
                a=end-of-candidates
                """.replace("\n", "\r\n"));
        assertEquals("EsAw", fragment.ufrag());
        assertEquals("P2uYro0UCOQ4zxjKXaWCBui1", fragment.pwd());
        assertEquals(List.of("0"), fragment.mids());
        assertTrue(fragment.endOfCandidates());
        assertEquals(
                List.of("/192.0.2.1:61764", "/198.51.100.2:61765"),
                fragment.candidates().stream()
                        .map(candidate -> candidate.usable().orElseThrow().toString())
                        .toList());
        assertEquals(2122260223L, fragment.candidates().getFirst().priority());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                CREDENTIALS + "m=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n" + HOST,
                "m=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n" + CREDENTIALS + HOST,
                CREDENTIALS + "m=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n" + CREDENTIALS + HOST + HOST,
                CREDENTIALS + "m=audio RTP/AVP 0\r\na=mid:0\r\n" + HOST, // as drafts of RFC 9725 had it
                "a=ice-options:trickle\r\n" + CREDENTIALS + "m=video 9 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\n"
                        + HOST + "a=x\r\n"
            })
    void shouldReadCredentialsAtEitherLevel(String text) throws Rejected {
        IceFragment fragment = IceFragment.parse(text);
        assertEquals("EsAw", fragment.ufrag());
        assertEquals("P2uYro0UCOQ4zxjKXaWCBui1", fragment.pwd());
        assertEquals(List.of("0"), fragment.mids());
        assertEquals(1, fragment.candidates().size());
        assertFalse(fragment.endOfCandidates());
    }

    @ParameterizedTest
    @CsvSource({
        "1 1 udp 1 192.0.2.1 61764 typ host, true",
        "1 1 UDP 1 192.0.2.1 61764 typ srflx raddr 0.0.0.0 rport 0, true",
        "1 1 udp 1 fd00::2 61764 typ host, true",
        "1 1 tcp 1 192.0.2.1 9 typ host tcptype active, false",
        "1 1 tcp 1 192.0.2.1 443 typ host tcptype passive, false",
        "1 1 sctp 1 192.0.2.1 443 typ host, false",
        "1 2 udp 1 192.0.2.1 61764 typ host, false",
        "1 1 udp 1 4443c617-c555-42ae-8071-762300f6a276.local 41307 typ host, false",
        "1 1 udp 1 example.org 41307 typ host, false",
        "1 1 udp 1 192.0.2.256 41307 typ host, false",
        "1 1 udp 1 192.0.2 41307 typ host, false",
        "1 1 udp 1 fd00::2%eth0 41307 typ host, false",
        "1 1 udp 1 192.0.2.1 0 typ host, false"
    })
    void shouldDropCandidatesSilentlyWhenTheyCannotBeUsed(String candidate, boolean kept) throws Rejected {
        IceFragment fragment = IceFragment.parse(CREDENTIALS + "a=candidate:" + candidate + "\r\n");
        assertEquals(kept ? 1 : 0, fragment.candidates().size());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        '' | line 1: a fragment has a=ice-ufrag and a=ice-pwd, or a=candidate lines
        m=video 9 UDP/TLS/RTP/SAVPF 0 | line 1: a fragment has a=ice-ufrag and a=ice-pwd, or a=candidate lines
        hello | line 1: "hello" is no line of the form x=value
        a=ice-ufrag:EsAw | line 1: a=ice-ufrag and a=ice-pwd come together or not at all
        a=ice-ufrag:E\\r\\n | line 1: a=ice-ufrag is too short, too long or has characters outside A-Z a-z 0-9 + /
        a=ice-pwd:short | line 1: a=ice-pwd is too short, too long or has characters outside A-Z a-z 0-9 + /
        a=ice-ufrag:EsAw\\na=ice-ufrag:EsAx | line 2: a second a=ice-ufrag differs: all m-lines share one transport
        a=candidate:1 1 udp 1 192.0.2.1 | line 1: "1 1 udp 1 192.0.2.1" is no candidate
        a=candidate:1 0 udp 1 192.0.2.1 5 typ host | line 1: "1 0 udp 1 192.0.2.1 5 typ host" is no candidate
        a=candidate:1 1 udp 4294967296 192.0.2.1 5 typ host | line 1: "1 1 udp 4294967296 192.0.2.1 5 typ host" is no candidate
        a=candidate:1 1 udp 1 192.0.2.1 65536 typ host | line 1: "1 1 udp 1 192.0.2.1 65536 typ host" is no candidate
        a=mid:a b | line 1: "a b" is no mid
        """)
    void shouldRefuseWhenFragmentIsMalformed(String text, String reason) {
        Rejected refusal = assertThrows(Rejected.class, () -> IceFragment.parse(text.translateEscapes()));
        assertEquals("the ICE fragment cannot be read, " + reason, refusal.sentence());
        assertEquals("malformed-sdpfrag", refusal.type());
        assertEquals(400, refusal.status());
    }

    @Test
    void shouldReadCandidatesWithoutCredentialsAndAnEmptyLastOne() throws Rejected {
        IceFragment fragment = IceFragment.parse(HOST + "a=candidate:\r\na=\r\n");
        assertNull(fragment.ufrag());
        assertNull(fragment.pwd());
        assertEquals(1, fragment.candidates().size());
        assertFalse(fragment.toString().contains("pwd"));
    }

    @Test
    void shouldKeepAsManyCandidatesAsASessionMayHave() throws Rejected {
        String many = IntStream.range(0, 200)
                .mapToObj(i -> "a=candidate:1 1 udp 1 192.0.2." + i + " 5000 typ host\r\n")
                .collect(Collectors.joining());
        assertEquals(32, IceFragment.parse(many).candidates().size());
    }
}
