package io.spillway.signaling.auth;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/** Any Host and Origin give a verdict, and a name never passes for an address. */
final class HostPortFuzzTest {

    @FuzzTest
    void shouldTakeAnyBytes(byte[] bytes) {
        // As Jetty reads header bytes.
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        HostPort.parse(text).ifPresent(parsed -> {
            InetAddress address = parsed.address();
            assertTrue(address == null || parsed.host().matches("[0-9a-fA-F:.]+"), text);
            assertTrue(
                    !parsed.isLocalhostOrAddress()
                            || address != null
                            || parsed.host().equals("localhost"),
                    text);
        });
        new Caller(InetAddress.getLoopbackAddress(), text, text, false).isLocal();
    }
}
