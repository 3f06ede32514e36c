package io.spillway.sfu.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeerAddressTest {

    private final PeerCache cache = new PeerCache(42);
    private final MemorySegment memory = Arena.ofAuto().allocate(64, 8);

    /** Address, port, socket's family, and the structure as it lies in memory (ip(7), ipv6(7)). */
    @ParameterizedTest
    @CsvSource({
        "192.0.2.7, 8189, false, 02001ffdc0000207 0000000000000000",
        "192.0.2.7, 8189, true, 0a001ffd00000000 00000000000000000000ffffc0000207 00000000",
        "0.0.0.0, 65535, false, 0200ffff00000000 0000000000000000",
        "2001:db8::7, 443, true, 0a0001bb00000000 20010db8000000000000000000000007 00000000",
    })
    void shouldReadAndWriteTheKernelsStructures(String host, int port, boolean ipv6, String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        InetSocketAddress expected = new InetSocketAddress(InetAddress.ofLiteral(host), port);
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 4, bytes.length);
        PeerAddress read = PeerAddress.read(memory, 4, ipv6, cache);
        assertEquals(expected, read);
        assertEquals(read, expected);
        assertEquals(expected.hashCode(), read.hashCode());
        assertEquals(expected.getAddress().getClass(), read.getAddress().getClass());
        for (PeerAddress each : new PeerAddress[] {read, PeerAddress.of(expected)}) {
            memory.fill((byte) 0x55);
            each.write(memory, 0, ipv6);
            assertEquals(
                    HexFormat.of().formatHex(bytes),
                    HexFormat.of().formatHex(memory.asSlice(0, bytes.length).toArray(ValueLayout.JAVA_BYTE)));
        }
    }

    @Test
    void shouldKeepTheScopeOfALinkLocalAddress() throws UnknownHostException {
        byte[] local = HexFormat.of().parseHex("fe800000000000000000000000000001");
        InetSocketAddress scoped = new InetSocketAddress(Inet6Address.getByAddress(null, local, 3), 5_000);
        PeerAddress.of(scoped).write(memory, 0, true);
        PeerAddress read = PeerAddress.read(memory, 0, true, cache);
        assertEquals(3, assertInstanceOf(Inet6Address.class, read.getAddress()).getScopeId());
        assertEquals(scoped, read);
    }

    @Test
    void shouldGiveAnIpv4SocketNoIpv6AddressInDisguise() {
        PeerAddress.of(new InetSocketAddress(InetAddress.ofLiteral("2001:db8::7"), 5_000))
                .write(memory, 0, false);
        assertEquals(10, memory.get(ValueLayout.JAVA_SHORT, 0));
    }

    @Test
    void shouldGiveTheSameInstanceForTheSamePeer() {
        InetSocketAddress plain = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 5_000);
        PeerAddress.of(plain).write(memory, 0, true);
        PeerAddress first = PeerAddress.read(memory, 0, true, cache);
        assertInstanceOf(Inet4Address.class, first.getAddress());
        assertSame(first, PeerAddress.read(memory, 0, true, cache));
        assertSame(first, PeerAddress.of(first));
    }

    @Test
    void shouldStayBoundedAndRightUnderStrangersAddresses() {
        PeerAddress known = cache.of((short) 1, 0, PeerAddress.mapped(1), 0);
        for (int i = 0; i < 200_000; i++) {
            PeerAddress made = cache.of((short) i, 0, PeerAddress.mapped(i * 31), 0);
            assertTrue(made.is((short) i, 0, PeerAddress.mapped(i * 31), 0));
            assertSame(made, cache.of((short) i, 0, PeerAddress.mapped(i * 31), 0));
        }
        PeerAddress later = cache.of((short) 1, 0, PeerAddress.mapped(1), 0);
        assertEquals(known, later);
        assertNotSame(known, later, "the flood pushed it out");
    }

    @Test
    void shouldHoldFourThousandPeersWithoutMakingThemAnew() {
        Set<PeerAddress> made = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 4_096; i++) {
                made.add(cache.of((short) (40_000 + i), 0, PeerAddress.mapped(0x0A00_0001 + (i % 64)), 0));
            }
        }
        assertTrue(made.size() < 4_096 * 1.05, made.size() + " instances of 4096 peers");
    }
}
