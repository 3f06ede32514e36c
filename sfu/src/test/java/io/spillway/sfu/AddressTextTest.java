package io.spillway.sfu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.spillway.testkit.Seeds;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressTextTest {

    /** RFC 5952 §4, its own examples among them. */
    @ParameterizedTest
    @CsvSource({
        "2001:0db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "2001:DB8::AbCd, 2001:db8::abcd",
        "0:0:0:0:0:0:0:0, ::",
        "0:0:0:0:0:0:0:1, ::1",
        "fd00:0:0:0:0:0:0:0, fd00::",
        "1:2:3:4:5:6:0:0, 1:2:3:4:5:6::",
        "0:0:3:4:5:6:7:8, ::3:4:5:6:7:8",
        "1:0:3:0:5:0:7:0, 1:0:3:0:5:0:7:0",
        "192.0.2.1, 192.0.2.1"
    })
    void shouldWriteTheShortForm(String address, String expected) {
        assertEquals(expected, AddressText.of(InetAddress.ofLiteral(address)));
    }

    @Test
    void shouldBracketIpv6BeforeAPortAndLeaveOutZones() throws UnknownHostException {
        byte[] linkLocal = InetAddress.ofLiteral("fe80::1").getAddress();
        InetAddress zoned = Inet6Address.getByAddress(null, linkLocal, 7);
        assertEquals("[fe80::1]:8189", AddressText.of(new InetSocketAddress(zoned, 8189)));
        assertEquals("192.0.2.1:80", AddressText.of(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 80)));
        assertEquals("[::1]", AddressText.host(InetAddress.ofLiteral("::1")));
    }

    @Seeds(200)
    void shouldBeReadAsTheSameAddress(long seed) throws UnknownHostException {
        Random random = new Random(seed);
        byte[] bytes = new byte[16];
        for (int i = 0; i < 16; i += 2) {
            if (random.nextBoolean()) {
                bytes[i] = (byte) random.nextInt();
                bytes[i + 1] = (byte) random.nextInt();
            }
        }
        InetAddress address = InetAddress.getByAddress(bytes);
        assertEquals(address, InetAddress.ofLiteral(AddressText.of(address)));
    }
}
