package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.client.Tab;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A real browser that plays by {@code /signal}: its picture, a layer by hand, events, statistics, an ICE restart, and the end with its socket. */
final class SignalIT {

    private static final Map<String, String> TLS =
            Map.of("SPILLWAY_HTTPS_ENABLED", "true", "SPILLWAY_HTTPS_SELF_SIGNED", "true", "SPILLWAY_HTTPS_PORT", "0");

    /** As docs/signal.md says it, and an ICE restart as a page would do it. */
    private static final String PLAY = """
            async () => {
              const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/signal`);
              const connection = new RTCPeerConnection();
              const video = document.createElement('video');
              Object.assign(video, { muted: true, autoplay: true, playsInline: true });
              document.body.append(video);
              connection.addTransceiver('video', { direction: 'recvonly' });
              connection.addTransceiver('audio', { direction: 'recvonly' });
              connection.ontrack = ({ streams }) => (video.srcObject = streams[0]);
              const heard = {};
              const say = (message) => socket.send(JSON.stringify(message));
              window.__signal = { socket, connection, video, heard, say, frames: 0 };
              const part = (sdp, name) => sdp.match(new RegExp(`a=${name}:(.*)\\\\r\\\\n`))[1];
              __signal.restart = async () => {
                connection.restartIce();
                await connection.setLocalDescription();
                const { sdp } = connection.localDescription;
                say({ type: 'restart', id: 'r', session: __signal.session, ufrag: part(sdp, 'ice-ufrag'), pwd: part(sdp, 'ice-pwd') });
              };
              socket.onmessage = async ({ data }) => {
                const message = JSON.parse(data);
                heard[message.event ?? message.type] = message;
                if (message.type === 'answer') {
                  __signal.session = message.session;
                  __signal.answer = message.sdp;
                  connection.onicecandidate = ({ candidate }) =>
                    say({ type: 'candidate', session: message.session, candidate: candidate?.toJSON() ?? null });
                  await connection.setRemoteDescription({ type: 'answer', sdp: message.sdp });
                } else if (message.type === 'restarted') {
                  const { fragment } = message;
                  const sdp = __signal.answer
                    .replace(/a=ice-ufrag:.*/g, `a=ice-ufrag:${part(fragment, 'ice-ufrag')}`)
                    .replace(/a=ice-pwd:.*/g, `a=ice-pwd:${part(fragment, 'ice-pwd')}`);
                  await connection.setRemoteDescription({ type: 'answer', sdp });
                  __signal.restarted = true;
                }
              };
              setInterval(async () => {
                for (const each of (await connection.getStats()).values()) {
                  if (each.type === 'inbound-rtp' && each.kind === 'video') __signal.frames = each.framesDecoded;
                }
              }, 200);
              await new Promise((opened) => (socket.onopen = opened));
              await connection.setLocalDescription();
              say({ type: 'play', id: 1, stream: 'signalled', sdp: connection.localDescription.sdp });
            }""";

    @Test
    void shouldPlayInABrowser() {
        try (Scene scene = Scene.open();
                Tab publisher = scene.publish("signalled", "codec=VP8&layers=simulcast&size=540&bitrate=1600");
                Tab viewer = scene.viewerTab()) {
            viewer.open(scene.server().url("/"));
            viewer.eval(PLAY);
            awaitFrames(viewer, 30);
            viewer.eval("__signal.say({type: 'events', id: 2, session: __signal.session})");
            viewer.waitFor(
                    "__signal.heard.viewercount?.data.viewercount === 1 && __signal.heard.active", Scene.PATIENCE_MS);
            viewer.waitFor("Object.values(__signal.heard.layers.data)[0].length > 2", Scene.PATIENCE_MS);

            viewer.eval("__signal.say({type: 'layer', id: 3, session: __signal.session, rid: 'l'})");
            viewer.waitFor("__signal.video.videoWidth === 240", 2 * Scene.PATIENCE_MS);
            viewer.eval("__signal.say({type: 'layer', id: 4, session: __signal.session, rid: 'h'})");
            viewer.waitFor("__signal.video.videoWidth === 960", 2 * Scene.PATIENCE_MS);

            viewer.eval("__signal.say({type: 'statistics', session: __signal.session})");
            viewer.waitFor(
                    "__signal.heard.statistics?.statistics.sent.width === 960 && __signal.heard.statistics.statistics.sent.rttMs > 0",
                    Scene.PATIENCE_MS);

            viewer.eval("__signal.restart()");
            viewer.waitFor("__signal.restarted === true", Scene.PATIENCE_MS);
            awaitFrames(viewer, viewer.number("__signal.frames") + 30);
            assertEquals("connected", viewer.text("__signal.connection.connectionState"));
            assertEquals("undefined", viewer.text("String(JSON.stringify(__signal.heard.refused))"));

            scene.awaitStatus("signalled", "\"viewers\":{\"webrtc\":1", viewer);
            viewer.eval("__signal.socket.close()");
            scene.awaitStatus("signalled", "\"viewers\":{\"webrtc\":0", viewer);
            assertEquals(List.of(), viewer.complaints());
            assertTrue(
                    publisher.complaints().isEmpty(),
                    () -> publisher.complaints().toString());
        }
    }

    /** Over the page's own HTTP/2 connection, where the browser asks by extended CONNECT (RFC 8441). */
    @Test
    void shouldPlayOverHttp2() {
        try (Scene scene = Scene.open(TLS);
                Tab publisher = scene.publish("signalled", "codec=VP8");
                Tab viewer = scene.viewerTab()) {
            Matcher address =
                    Pattern.compile("https://[^\\s/]+").matcher(scene.server().log());
            assertTrue(address.find(), () -> scene.server().log());
            viewer.open(address.group());
            assertEquals("h2", viewer.text("performance.getEntriesByType('navigation')[0].nextHopProtocol"));
            viewer.eval(PLAY);
            awaitFrames(viewer, 30);
            String metrics = scene.get("/metrics");
            // By HTTP/1.1 it would be a GET that is answered with 101.
            assertTrue(metrics.contains("area=\"signal\",method=\"other\",status=\"200\""), metrics);
            assertTrue(
                    publisher.complaints().isEmpty(),
                    () -> publisher.complaints().toString());
        }
    }

    private static void awaitFrames(Tab viewer, double frames) {
        viewer.waitFor("__signal.frames >= " + frames, Scene.PATIENCE_MS);
    }
}
