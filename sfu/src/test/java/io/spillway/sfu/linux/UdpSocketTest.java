package io.spillway.sfu.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UdpSocketTest {

    private final ScriptedKernel kernel = new ScriptedKernel();

    @ParameterizedTest
    @CsvSource({"0.0.0.0, true", "::, true", "::1, true", "127.0.0.1, false"})
    void shouldTakeBothFamiliesOnAllAddresses(String bind, boolean ipv6) throws IOException {
        assertEquals(ipv6, open(bind).isIpv6());
    }

    @Test
    void shouldDoWithoutIpv6WhereTheKernelHasNone() throws IOException {
        kernel.socketResult = -Errno.EAFNOSUPPORT;
        assertFalse(open("0.0.0.0").isIpv6());
        assertEquals("no socket: address family not supported", refusal("::1"));
    }

    @ParameterizedTest
    @CsvSource({
        "98, bind: address already in use",
        "99, bind: this machine has no such address",
        "13, bind: permission denied",
        "5, bind: error 5"
    })
    void shouldSayWhyItCannotBind(int errno, String sentence) {
        kernel.bindResult = -errno;
        assertEquals(sentence, refusal("127.0.0.1"));
    }

    @Test
    void shouldSayWhenThereAreNoMoreDescriptors() {
        kernel.socketResult = -24;
        assertEquals("no socket: too many open files: raise ulimit -n", refusal("::1"));
    }

    @Test
    void shouldKnowAnOldKernel() throws IOException {
        UdpSocket socket = open("127.0.0.1");
        assertTrue(socket.cuts());
        kernel.optionResult = -92; // ENOPROTOOPT
        assertFalse(socket.cuts());
        assertEquals(0, socket.receiveDrops());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldCountWhatTheKernelDropped() throws IOException {
        UdpSocket socket =
                UdpSocket.open(new LibC(), new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), false);
        try (var client = new java.net.DatagramSocket()) {
            assertEquals(0, socket.receiveDrops());
            var packet = new java.net.DatagramPacket(
                    new byte[1_400], 1_400, InetAddress.ofLiteral("127.0.0.1"), socket.port());
            for (int i = 0; i < 20_000; i++) {
                client.send(packet);
            }
            assertTrue(socket.receiveDrops() > 0);
        } finally {
            socket.close();
        }
    }

    private UdpSocket open(String bind) throws IOException {
        return UdpSocket.open(kernel, new InetSocketAddress(InetAddress.ofLiteral(bind), 0), false);
    }

    private String refusal(String bind) {
        return String.valueOf(assertThrows(IOException.class, () -> open(bind)).getMessage());
    }
}
