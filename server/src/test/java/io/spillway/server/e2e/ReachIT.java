package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.HomeNetwork;
import io.spillway.testkit.client.Chromium;
import io.spillway.testkit.client.Tab;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Real viewers behind routers of their own: without UDP, without IPv4, with a translation that begins anew. */
final class ReachIT {

    @Test
    void shouldPlayByTcpWhereUdpIsBlocked() {
        try (HomeNetwork home = HomeNetwork.open();
                Scene scene = Scene.open();
                Tab publisher = scene.publish("reach", "codec=VP8")) {
            home.blockUdp();
            try (Chromium browser = Chromium.launchIn(home.client());
                    Watching viewer = watch(browser, scene, home.outside().near4())) {
                viewer.awaitLive();
                viewer.tab().waitFor("__spillway.stats?.path?.protocol === 'tcp'", Scene.PATIENCE_MS);
                viewer.awaitFramesBeyond(viewer.framesDecoded() + 60);
                assertEquals(1.0, viewer.connections());
                assertEquals("live", publisher.text("__spillway.state"));
                String sessions = scene.get("/api/v1/streams/reach/sessions");
                assertTrue(sessions.replaceAll("\\s", "").matches(".*\"sendingTo\":\"[^\"]+/tcp\".*"), sessions);
            }
        }
    }

    @Test
    void shouldPlayWithoutIpv4AndGoOnAfterTheRouterForgot() {
        try (HomeNetwork home = HomeNetwork.open();
                Scene scene = Scene.open();
                Tab publisher = scene.publish("reach", "codec=VP8")) {
            home.dropIpv4();
            try (Chromium browser = Chromium.launchIn(home.client());
                    Watching viewer = watch(browser, scene, home.outside().near6())) {
                viewer.awaitLive();
                viewer.tab().waitFor("__spillway.stats?.path?.protocol === 'udp'", Scene.PATIENCE_MS);
                viewer.awaitFramesBeyond(viewer.framesDecoded() + 60);

                home.rebind();
                double frames = viewer.framesDecoded();
                viewer.awaitFramesBeyond(frames + 120);
                assertEquals(1.0, viewer.connections(), "the same session goes on");
                assertEquals("live", publisher.text("__spillway.state"));
            }
        }
    }

    /** The client that pages use restarts ICE in mid-stream. RFC 9725 §4.3.3. */
    @Test
    void shouldRestartIceInTheSameSession() {
        try (Scene scene = Scene.open();
                Tab publisher = scene.publish("reach", "codec=VP8");
                Tab viewer = scene.viewerTab()) {
            viewer.open(scene.server().url("/"));
            viewer.eval("""
                    async () => {
                      const {Peer} = await import('/assets/peer.js');
                      window.never = new AbortController().signal;
                      window.peer = await Peer.open({endpoint: '/whep/reach', key: '', ice: 'given', relay: false, signal: never,
                        prepare: (connection) => connection.addTransceiver('video', {direction: 'recvonly'})});
                      window.credentials = () => peer.connection.remoteDescription.sdp.match(/a=ice-ufrag:(.*)/)[1];
                      window.frames = async () => [...(await peer.connection.getStats()).values()]
                        .find(({type}) => type === 'inbound-rtp')?.framesDecoded ?? 0;
                      await peer.connected(never);
                    }""");
            awaitFrames(viewer, 30);
            String before = viewer.text("credentials()");
            viewer.eval("peer.restart(never)");
            assertNotEquals(before, viewer.text("credentials()"));
            awaitFrames(viewer, viewer.number("frames()") + 60);
            String sessions = scene.get("/api/v1/streams/reach/sessions");
            assertEquals(2, sessions.split("\"connected\"", -1).length - 1, sessions);
            assertEquals("live", publisher.text("__spillway.state"));
            viewer.waitFor("peer.connection.connectionState === 'connected'", Scene.PATIENCE_MS);
            assertEquals(List.of(), viewer.complaints());
        }
    }

    private static void awaitFrames(Tab viewer, double frames) {
        for (int i = 0; i < Scene.PATIENCE_MS / 100 && viewer.number("frames()") < frames; i++) {
            viewer.watchFor(100);
        }
        assertTrue(viewer.number("frames()") >= frames, () -> viewer.text("peer.connection.connectionState"));
    }

    private static Watching watch(Chromium browser, Scene scene, InetAddress server) {
        String host = server.getHostAddress();
        Tab tab = browser.newPage();
        tab.open("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":"
                + scene.server().address().getPort() + "/watch/reach");
        return new Watching(tab);
    }
}
