package io.spillway.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NetNamespaceTest {

    @Test
    void shouldReachTheMachineByBothFamilies() throws Exception {
        try (NetNamespace inside = NetNamespace.open()) {
            NetNamespace.Cable cable = inside.cableToMachine();
            for (boolean ipv4 : new boolean[] {true, false}) {
                InetAddress near = ipv4 ? cable.near4() : cable.near6();
                InetAddress far = ipv4 ? cable.far4() : cable.far6();
                assertEquals(far, sourceSeenFrom(inside, near));
            }
        }
    }

    @Test
    void shouldHideAClientBehindARouterThatTranslates() throws Exception {
        try (NetNamespace router = NetNamespace.open();
                NetNamespace client = NetNamespace.open()) {
            NetNamespace.Cable outside = router.cableToMachine();
            router.cableTo(client);
            router.run("nft", "add", "table", "ip", "home");
            router.run("nft", "add", "chain", "ip", "home", "out", "{ type nat hook postrouting priority srcnat; }");
            router.run("nft", "add", "rule", "ip", "home", "out", "oifname", outside.farDevice(), "masquerade");
            assertEquals(outside.far4(), sourceSeenFrom(client, outside.near4()));
        }
    }

    @Test
    void shouldSeeNothingOfTheMachineWithoutACable() throws Exception {
        try (NetNamespace inside = NetNamespace.open()) {
            assertFalse(inside.run("ip", "-o", "link").contains("swf"));
            assertTrue(inside.run("ip", "-o", "link").contains("lo"));
            assertThrows(IllegalStateException.class, () -> inside.run("ip", "link", "show", "nothing"));
        }
    }

    /** Sends a datagram from there to an address of this machine and gives where it came from. */
    private static InetAddress sourceSeenFrom(NetNamespace there, InetAddress near) throws Exception {
        try (DatagramChannel listener = DatagramChannel.open().bind(new InetSocketAddress(near, 0));
                DatagramChannel sender = there.call(DatagramChannel::open)) {
            sender.send(ByteBuffer.wrap(new byte[] {1}), listener.getLocalAddress());
            return ((InetSocketAddress) listener.receive(ByteBuffer.allocate(8))).getAddress();
        }
    }
}
