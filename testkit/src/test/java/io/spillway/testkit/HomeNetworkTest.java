package io.spillway.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HomeNetworkTest {

    private static final int PATIENCE_MS = 20_000;

    @Test
    void shouldTranslateAndForget() throws Exception {
        try (HomeNetwork home = HomeNetwork.open();
                DatagramSocket server =
                        new DatagramSocket(new InetSocketAddress(home.outside().near4(), 0));
                DatagramSocket client = home.client().call(DatagramSocket::new)) {
            server.setSoTimeout(PATIENCE_MS);
            client.setSoTimeout(PATIENCE_MS);
            InetSocketAddress first = seen(server, client);
            assertEquals(home.outside().far4(), first.getAddress());
            assertTrue(HomeNetwork.assigned(first.getPort(), 0), first::toString);
            assertEquals(first, seen(server, client));
            // What it gets back comes by the way it went.
            server.send(new DatagramPacket(new byte[3], 3, first));
            client.receive(new DatagramPacket(new byte[8], 8));

            home.rebind();
            InetSocketAddress second = seen(server, client);
            assertTrue(HomeNetwork.assigned(second.getPort(), 1), second::toString);
            assertFalse(HomeNetwork.assigned(second.getPort(), 0));
        }
    }

    @Test
    void shouldBlockUdpAndLeaveTcp() throws Exception {
        try (HomeNetwork home = HomeNetwork.open();
                DatagramSocket server =
                        new DatagramSocket(new InetSocketAddress(home.outside().near6(), 0));
                ServerSocket listener = new ServerSocket(0, 5, home.outside().near6());
                DatagramSocket client = home.client().call(DatagramSocket::new)) {
            server.setSoTimeout(PATIENCE_MS);
            InetAddress ours = home.outside().far6();
            assertEquals(ours, seen(server, client).getAddress());
            home.blockUdp();
            server.setSoTimeout(200);
            assertThrows(SocketTimeoutException.class, () -> seen(server, client));
            try (Socket open =
                            home.client().call(() -> new Socket(home.outside().near6(), listener.getLocalPort()));
                    Socket taken = listener.accept()) {
                assertEquals(ours, taken.getInetAddress());
                assertTrue(open.isConnected());
            }
        }
    }

    /** Has the client send a datagram, and gives where the server sees it come from. */
    private static InetSocketAddress seen(DatagramSocket server, DatagramSocket client) throws Exception {
        client.send(new DatagramPacket(new byte[1], 1, server.getLocalSocketAddress()));
        DatagramPacket packet = new DatagramPacket(new byte[8], 8);
        server.receive(packet);
        return (InetSocketAddress) packet.getSocketAddress();
    }
}
