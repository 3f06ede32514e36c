package io.spillway.turn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CoturnConfigurationTest {

    private static final List<InetAddress> MEDIA =
            List.of(InetAddress.ofLiteral("203.0.113.7"), InetAddress.ofLiteral("2001:db8::7"));

    @Test
    void shouldMatchTheEntryItIsWrittenFor() {
        Set<String> lines = settings(CoturnConfiguration.of(
                new IceServerEntry(List.of("turn:turn.example.net:3500?transport=udp"), "", "", "s3cret"),
                "example.net",
                MEDIA));
        assertTrue(
                lines.containsAll(Set.of(
                        "listening-port=3500",
                        "use-auth-secret",
                        "static-auth-secret=s3cret",
                        "realm=example.net",
                        "min-port=49152",
                        "max-port=65535",
                        "allowed-peer-ip=203.0.113.7",
                        "allowed-peer-ip=2001:db8:0:0:0:0:0:7",
                        "denied-peer-ip=0.0.0.0-255.255.255.255",
                        "denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                        "no-multicast-peers",
                        "no-tcp-relay",
                        "fingerprint",
                        "no-cli",
                        "no-tls",
                        "no-dtls")),
                lines::toString);
        assertFalse(lines.contains("allow-loopback-peers"));
    }

    @ParameterizedTest
    @CsvSource({
        "turn:h, 3478, 0",
        "turn:h:3480, 3480, 0",
        "turns:h?transport=tcp, 3478, 5349",
        "turns:h:443?transport=tcp, 3478, 443"
    })
    void shouldListenWhereTheUrlsPoint(String url, int port, int tlsPort) {
        CoturnConfiguration configuration =
                CoturnConfiguration.of(new IceServerEntry(List.of(url), "", "", "s"), "r", MEDIA);
        assertEquals(port, configuration.port());
        assertEquals(tlsPort, configuration.tlsPort());
        assertEquals(tlsPort != 0, settings(configuration).contains("tls-listening-port=" + tlsPort));
        assertEquals(tlsPort == 0, settings(configuration).contains("no-tls"));
    }

    @Test
    void shouldAllowLoopbackPeersOnlyWhereSpillwayIsOne() {
        assertTrue(settings(on(List.of(InetAddress.ofLiteral("127.0.0.1")))).contains("allow-loopback-peers"));
        assertFalse(settings(on(MEDIA)).contains("allow-loopback-peers"));
    }

    @Test
    void shouldExplainEverySetting() {
        for (CoturnConfiguration configuration : List.of(on(MEDIA), on(List.of(InetAddress.ofLiteral("127.0.0.1"))))) {
            for (String paragraph : configuration.text().split("\n\n", -1)) {
                assertTrue(paragraph.startsWith("# "), paragraph);
            }
        }
    }

    @Test
    void shouldRefuseToRelayToEverywhere() {
        assertThrows(IllegalArgumentException.class, () -> on(List.of()));
        assertThrows(IllegalArgumentException.class, () -> on(List.of(InetAddress.ofLiteral("0.0.0.0"))));
    }

    @ParameterizedTest
    @CsvSource(
            value = {
                "0, 0, realm, s, 1, 2",
                "1, 70000, realm, s, 1, 2",
                "1, 0, 're\nalm', s, 1, 2",
                "1, 0, '', s, 1, 2",
                "1, 0, realm, '', 1, 2",
                "1, 0, realm, s, 3, 2"
            })
    void shouldRefuseValuesThatCoturnCannotTake(int port, int tlsPort, String realm, String secret, int min, int max) {
        assertThrows(
                IllegalArgumentException.class,
                () -> new CoturnConfiguration(port, tlsPort, null, realm, secret, min, max, MEDIA));
    }

    private static CoturnConfiguration on(List<InetAddress> media) {
        return new CoturnConfiguration(3478, 0, null, "r", "s", 50_000, 50_100, media);
    }

    private static Set<String> settings(CoturnConfiguration configuration) {
        return configuration
                .text()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .collect(Collectors.toSet());
    }
}
