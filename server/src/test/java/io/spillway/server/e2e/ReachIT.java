package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.HomeNetwork;
import io.spillway.testkit.client.Chromium;
import io.spillway.testkit.client.Tab;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Real viewers behind routers of their own: without UDP, without IPv4, with a translation that begins anew. */
final class ReachIT {

    private static final String KEY = "a-key-to-publish-from-afar";

    /** The media port in the server's account of itself. */
    private static final Pattern ANNOUNCED = Pattern.compile("\"addresses\"\\s*:\\s*\\[\\s*\"[^\"]+:(\\d+)\"");

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

    /** What a person is told whose network lets through pages and no media. */
    @Test
    void shouldSayWhichPortDoesNotAnswer() {
        try (HomeNetwork home = HomeNetwork.open();
                Scene scene = Scene.open(Map.of("SPILLWAY_AUTH_STREAMS", "reach=" + KEY));
                Tab publisher = scene.publish("reach", "codec=H264")) {
            Matcher announced = ANNOUNCED.matcher(scene.get("/api/v1/server"));
            assertTrue(announced.find());
            int port = Integer.parseInt(announced.group(1));
            home.block(port);
            String address = home.outside().near4().getHostAddress();
            try (Chromium browser = Chromium.launchIn(home.client());
                    Watching viewer = watch(browser, scene, home.outside().near4());
                    Tab blocked = browser.newPage()) {
                // While the page still tries.
                publisher.waitFor(
                        "document.getElementById('missed-rows').textContent"
                                + ".includes('nothing has come from it to the media port')",
                        Scene.PATIENCE_MS);
                publisher.screenshot("e2e-publish-missed");
                blocked.open(urlOf(scene, home.outside().near4(), "/publish/reach?size=360"));
                blocked.page().fill("#key", KEY);
                blocked.page().click("#start");
                viewer.awaitLive();
                String why = viewer.tab().text("__spillway.why");
                assertTrue(
                        why.startsWith(
                                "The server answered this page, but nothing came back from its media port: tried "),
                        why);
                assertTrue(why.contains(address + ":" + port + " (UDP and TCP)"), why);
                assertNotEquals("WebRTC", viewer.tab().text("__spillway.via"));

                blocked.waitFor("__spillway.error !== null", Scene.PATIENCE_MS);
                assertEquals(why, blocked.text("__spillway.error"));
                assertTrue(blocked.page().textContent("#advice").contains("port " + port));
                blocked.screenshot("e2e-publish-blocked");
                viewer.tab().screenshot("e2e-watch-blocked");
            }
        }
    }

    private static void awaitFrames(Tab viewer, double frames) {
        for (int i = 0; i < Scene.PATIENCE_MS / 100 && viewer.number("frames()") < frames; i++) {
            viewer.watchFor(100);
        }
        assertTrue(viewer.number("frames()") >= frames, () -> viewer.text("peer.connection.connectionState"));
    }

    private static Watching watch(Chromium browser, Scene scene, InetAddress server) {
        Tab tab = browser.newPage();
        tab.open(urlOf(scene, server, "/watch/reach"));
        return new Watching(tab);
    }

    private static String urlOf(Scene scene, InetAddress server, String path) {
        String host = server.getHostAddress();
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":"
                + scene.server().address().getPort() + path;
    }
}
