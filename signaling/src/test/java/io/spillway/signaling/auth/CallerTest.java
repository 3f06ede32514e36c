package io.spillway.signaling.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.net.InetAddress;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CallerTest {

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // address, host, origin, forwarded, local
                "127.0.0.1, localhost:8080, -, false, true",
                "127.8.9.1, localhost, -, false, true",
                "::1, [::1]:8080, -, false, true",
                "127.0.0.1, LOCALHOST:8080, -, false, true",
                "127.0.0.1, 127.0.0.1:8080, -, false, true",
                "127.0.0.1, 192.168.1.20:8080, -, false, true",
                "127.0.0.1, [2001:db8::1], -, false, true",
                "127.0.0.1, 2001:db8::1, -, false, true",
                "127.0.0.1, [::ffff:127.0.0.1], -, false, true",
                // another machine
                "192.0.2.7, localhost:8080, -, false, false",
                "192.168.1.20, 192.168.1.20:8080, -, false, false",
                "0.0.0.0, localhost, -, false, false",
                // through a proxy of this machine
                "127.0.0.1, localhost:8080, -, true, false",
                // DNS rebinding: a name that leads here
                "127.0.0.1, rebound.example:8080, -, false, false",
                "127.0.0.1, localhost.example, -, false, false",
                "127.0.0.1, localhost., -, false, false",
                "127.0.0.1, evil.localhost, -, false, false",
                "127.0.0.1, 127.0.0.1.example, -, false, false",
                "127.0.0.1, 127.1, -, false, false",
                "127.0.0.1, 2130706433, -, false, false",
                "127.0.0.1, 0x7f.0.0.1, -, false, false",
                "127.0.0.1, 127.0.0.01, -, false, false",
                "127.0.0.1, 256.0.0.1, -, false, false",
                "127.0.0.1, [::1, -, false, false",
                "127.0.0.1, [fe80::1%eth0], -, false, false",
                "127.0.0.1, :::1, -, false, false",
                "127.0.0.1, ::1:99999, -, false, false",
                "127.0.0.1, user@localhost, -, false, false",
                "127.0.0.1, localhost:8080:8080, -, false, false",
                "127.0.0.1, localhost:, -, false, false",
                "127.0.0.1, '', -, false, false",
                "127.0.0.1, -, -, false, false",
                // a page of this machine, and pages of other sites
                "127.0.0.1, localhost:8080, http://localhost:8080, false, true",
                "127.0.0.1, localhost:8080, http://localhost:3000, false, true",
                "127.0.0.1, localhost:8443, https://localhost:8443, false, true",
                "127.0.0.1, 127.0.0.1:8080, http://127.0.0.1:8080, false, true",
                "127.0.0.1, [::1]:8080, http://[::1]:8080, false, true",
                "127.0.0.1, localhost:8080, https://example.net, false, false",
                "127.0.0.1, localhost:8080, http://192.168.1.20, false, false",
                "127.0.0.1, 192.168.1.20:8080, http://192.168.1.20:8080, false, false",
                "127.0.0.1, localhost:8080, null, false, false",
                "127.0.0.1, localhost:8080, '', false, false",
                "127.0.0.1, localhost:8080, file://, false, false",
                "127.0.0.1, localhost:8080, ftp://localhost, false, false",
                "127.0.0.1, localhost:8080, http://localhost.example, false, false",
                "127.0.0.1, localhost:8080, http://localhost@example.net, false, false",
                "127.0.0.1, localhost:8080, http://localhost http://example.net, false, false",
                "127.0.0.1, localhost:8080, http://localhost/, false, false",
            })
    void shouldTellProgramsOfThisMachineFromAllOthers(
            String address, @Nullable String host, @Nullable String origin, boolean forwarded, boolean local) {
        assertEquals(local, new Caller(InetAddress.ofLiteral(address), host, origin, forwarded).isLocal());
    }

    @ParameterizedTest
    @CsvSource({
        "X-Forwarded-For, true",
        "x-forwarded-proto, true",
        "X-Forwarded-Host, true",
        "X-Forwarded-Anything, true",
        "Forwarded, true",
        "VIA, true",
        "X-Real-IP, true",
        "X-Forwarded, false",
        "Host, false",
        "Authorization, false"
    })
    void shouldKnowTheHeadersThatProxiesAdd(String name, boolean forwarding) {
        assertEquals(forwarding, Caller.isForwardingHeader(name));
    }

    /** Any bytes give a verdict; none that is not written as an address or localhost gives a good one. */
    @Test
    void shouldTrustNoRandomHost() {
        Random random = new Random(20_261_120);
        String alphabet = "localhost127.[]:%@/\\ \0é0xabf";
        for (int i = 0; i < 100_000; i++) {
            StringBuilder host = new StringBuilder();
            for (int length = random.nextInt(14); length >= 0; length--) {
                host.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            boolean local = new Caller(InetAddress.getLoopbackAddress(), host.toString(), null, false).isLocal();
            if (!host.toString()
                    .matches(
                            "(localhost|\\d+\\.\\d+\\.\\d+\\.\\d+|\\[[0-9a-f:.]+]|[0-9a-f.]*:[0-9a-f.]*:[0-9a-f:.]*)(:\\d+)?")) {
                assertFalse(local, host::toString);
            }
        }
    }
}
