package io.spillway.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.List;
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
    void shouldRemoveWhatKilledProcessesLeft() throws Exception {
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        String left = "sw" + gone.pid() + "-1";
        NetNamespace.run(List.of("ip", "netns", "add", left));
        try (NetNamespace mine = NetNamespace.open();
                NetNamespace other = NetNamespace.open()) {
            String listed = NetNamespace.run(List.of("ip", "netns", "list"));
            assertFalse(listed.contains(left), listed);
            assertTrue(listed.contains(mine.name()) && listed.contains(other.name()), listed);
        }
    }

    /** 20 packets are some 170 ms of a line of 1 Mbit/s, where they take none of a wide one; what comes back is not held up. */
    @Test
    void shouldLetThroughWhatALineCarries() throws Exception {
        try (NetNamespace viewer = NetNamespace.open()) {
            Downlink line = Downlink.to(viewer);
            line.narrow(1_000);
            try (DatagramChannel far =
                            viewer.call(() -> DatagramChannel.open().bind(new InetSocketAddress("0.0.0.0", 0)));
                    DatagramChannel near = DatagramChannel.open().bind(new InetSocketAddress(line.address(), 0))) {
                // Says where it is.
                far.send(ByteBuffer.wrap(new byte[] {1}), near.getLocalAddress());
                var to = near.receive(ByteBuffer.allocate(8));
                long sentNs = System.nanoTime();
                for (int i = 0; i < 20; i++) {
                    near.send(ByteBuffer.allocate(1_200), to);
                }
                for (int i = 0; i < 20; i++) {
                    far.receive(ByteBuffer.allocate(2_000));
                }
                long tookNs = System.nanoTime() - sentNs;
                assertTrue(tookNs > 100_000_000L, () -> tookNs + " ns for 24 kB");
            }
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
