package io.spillway.sfu.sdp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.Rejected;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Our own side of an answer. */
class LocalTransportTest {

    private static final Fingerprint FINGERPRINT = Fingerprint.of("sha-256", new byte[32]);
    private static final String PWD = "p".repeat(22);
    private static final InetSocketAddress ADDRESS = new InetSocketAddress("192.0.2.1", 1);

    @Test
    void shouldPutIpv4FirstAndOtherwiseKeepTheOrder() {
        List<InetSocketAddress> given =
                List.of(at("fd00::1"), at("192.0.2.9"), at("fd00::2"), at("192.0.2.1"), at("192.0.2.9"));
        assertEquals(
                List.of(at("192.0.2.9"), at("192.0.2.1"), at("fd00::1"), at("fd00::2")),
                new LocalTransport("abcd", PWD, FINGERPRINT, given, false, 1).candidates());
    }

    @Test
    void shouldWriteFallingPrioritiesAndNoZone() throws Rejected, UnknownHostException {
        byte[] linkLocal = {(byte) 0xfe, (byte) 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
        var zoned = new InetSocketAddress(Inet6Address.getByAddress(null, linkLocal, 3), 8189);
        var local = new LocalTransport("abcd", PWD, FINGERPRINT, List.of(zoned, at("192.0.2.9")), false, 1);
        String answer = Offers.negotiator()
                .publish(Offer.parse(Offers.captured("obs-32.2.2-whip-sendonly-h264")))
                .answer(local);
        List<String> candidates =
                answer.lines().filter(line -> line.startsWith("a=candidate")).toList();
        assertEquals(
                List.of(
                        "a=candidate:1 1 udp 2130706431 192.0.2.9 8189 typ host",
                        "a=candidate:2 1 udp 2130706175 fe80::1 8189 typ host"),
                candidates);
    }

    /** RFC 6544 §4.2, §4.5: 90 << 24 | (4 << 13 | 8191) << 8 | 255, and one address preference less for the next. */
    @Test
    void shouldAnnounceTheSamePortByTcpBelowAllThatUdpReaches() throws Rejected {
        var local = new LocalTransport("abcd", PWD, FINGERPRINT, List.of(at("192.0.2.9"), at("fd00::1")), true, 1);
        List<String> candidates = Offers.negotiator()
                .publish(Offer.parse(Offers.captured("obs-32.2.2-whip-sendonly-h264")))
                .answer(local)
                .lines()
                .filter(line -> line.startsWith("a=candidate"))
                .toList();
        assertEquals(
                List.of(
                        "a=candidate:1 1 udp 2130706431 192.0.2.9 8189 typ host",
                        "a=candidate:2 1 udp 2130706175 fd00::1 8189 typ host",
                        "a=candidate:3 1 tcp 1520435199 192.0.2.9 8189 typ host tcptype passive",
                        "a=candidate:4 1 tcp 1520434943 fd00::1 8189 typ host tcptype passive"),
                candidates);
    }

    @Test
    void shouldAnnounceABoundedNumberByTcp() {
        List<InetSocketAddress> many =
                IntStream.range(0, 100).mapToObj(i -> at("192.0.2." + i)).toList();
        long tcp = new LocalTransport("abcd", PWD, FINGERPRINT, many, true, 1)
                .candidateLines().stream()
                        .filter(line -> line.contains(" tcp "))
                        .count();
        assertEquals(LocalTransport.MAX_TCP_CANDIDATES, tcp);
    }

    @Test
    void shouldAnnounceABoundedNumber() {
        List<InetSocketAddress> many =
                IntStream.range(0, 100).mapToObj(i -> at("192.0.2." + i)).toList();
        assertEquals(
                many.subList(0, LocalTransport.MAX_CANDIDATES),
                new LocalTransport("abcd", PWD, FINGERPRINT, many, false, 1).candidates());
    }

    @ParameterizedTest
    @CsvSource({
        "abc, pppppppppppppppppppppp, 0",
        "abcd, ppppppppppppppppppppp, 0",
        "ab d, pppppppppppppppppppppp, 0",
        "abcd, pppppppppppppppppppppp, -1"
    })
    void shouldThrowWhenWeAreWrong(String ufrag, String pwd, long sessionId) {
        assertThrows(
                IllegalArgumentException.class,
                () -> new LocalTransport(ufrag, pwd, FINGERPRINT, List.of(ADDRESS), false, sessionId));
    }

    @Test
    void shouldThrowWhenThereIsNoAddress() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new LocalTransport("abcd", PWD, FINGERPRINT, List.of(), false, 0));
        var name = InetSocketAddress.createUnresolved("media.example", 1);
        assertThrows(
                IllegalArgumentException.class,
                () -> new LocalTransport("abcd", PWD, FINGERPRINT, List.of(name), false, 0));
    }

    @Test
    void shouldKeepPasswordsOutOfItsText() {
        assertFalse(new LocalTransport("abcd", PWD, FINGERPRINT, List.of(ADDRESS), false, 0)
                .toString()
                .contains(PWD));
        assertFalse(new RemoteTransport("abcd", PWD, FINGERPRINT, DtlsRole.SERVER)
                .toString()
                .contains(PWD));
    }

    @Test
    void shouldRefuseAnOfferWhoseAnswerWouldNotFitFfmpegsBuffer() throws Rejected {
        var lines = new ArrayList<String>();
        var payloadTypes = new StringBuilder();
        for (int payloadType = 96; payloadType < 128; payloadType++) {
            payloadTypes.append(' ').append(payloadType);
            lines.add("a=rtpmap:" + payloadType + " VP8/90000");
            lines.add("a=fmtp:" + payloadType + " x=" + "y".repeat(200));
        }
        String obs = Offers.captured("obs-32.2.2-whip-sendonly-h264");
        String offer = obs.replace("SAVPF 96\r\n", "SAVPF" + payloadTypes + "\r\n")
                .replace("a=rtpmap:96 H264/90000", String.join("\r\n", lines));
        Rejected refusal =
                assertThrows(Rejected.class, () -> Offers.negotiator().publish(Offer.parse(offer)));
        assertEquals("offer-too-long", refusal.type());
        assertTrue(refusal.sentence().endsWith("clients read 8191: offer fewer payload types or shorter a=fmtp lines"));
    }

    private static InetSocketAddress at(String address) {
        return new InetSocketAddress(address, 8189);
    }
}
