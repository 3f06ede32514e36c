package io.spillway.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Route;
import io.spillway.testkit.client.Tab;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The publish and watch pages with real media: a second page of the browser answers in the server's place. */
final class LoopbackTest {

    /** Answers offers; sends the test picture on each connection that asks for one, counts what it receives on the others. */
    private static final String FAR_END = """
            async () => {
              const {TestPicture} = await import('/assets/testpicture.js');
              const {readClocks} = await import('/assets/clock.js');
              const far = window.far = {connections: [], clocks: [], picture: new TestPicture(640, 360)};
              far.video = document.body.appendChild(document.createElement('video'));
              far.video.autoplay = true;
              readClocks(far.video, ({latencyMs}) => far.clocks.push(latencyMs));
              far.answer = async (sdp) => {
                const connection = new RTCPeerConnection();
                far.connections.push(connection);
                const stream = new MediaStream();
                connection.ontrack = ({track}) => stream.addTrack(track);
                far.video.srcObject = stream;
                await connection.setRemoteDescription({type: 'offer', sdp});
                for (const transceiver of connection.getTransceivers()) {
                  if (!sdp.includes('a=recvonly')) continue;
                  const track = far.picture.media.getTracks().find(({kind}) => kind === transceiver.receiver.track.kind);
                  await transceiver.sender.replaceTrack(track);
                  transceiver.direction = 'sendonly';
                }
                await connection.setLocalDescription();
                while (connection.iceGatheringState !== 'complete')
                  await new Promise((resolve) => connection.addEventListener('icegatheringstatechange', resolve, {once: true}));
                return connection.localDescription.sdp;
              };
              far.received = async () => {
                const report = [...(await far.connections.at(-1).getStats()).values()];
                const of = (kind) => report.find((s) => s.type === 'inbound-rtp' && s.kind === kind);
                const codec = report.find(({id}) => id === of('video')?.codecId);
                return {frames: of('video')?.framesDecoded ?? 0, codec: codec?.mimeType ?? '', energy: of('audio')?.totalAudioEnergy ?? 0};
              };
            }""";

    private Stage stage;
    private Tab far;

    @BeforeEach
    void open() throws Exception {
        stage = new Stage();
        stage.api().json("/api/v1/streams/live/sessions", "{\"items\": []}");
        far = stage.chromium().newPage();
        far.open(stage.url("/"));
        far.eval(FAR_END);
    }

    @AfterEach
    void close() {
        stage.close();
    }

    /** Lets the far end answer POSTs to an endpoint of the given tab, as a session of the given path. */
    private void answer(Tab tab, String endpoint, String session) {
        answer(tab, endpoint, session, Map.of());
    }

    private void answer(Tab tab, String endpoint, String session, Map<String, String> headers) {
        tab.page().route(stage.url(endpoint), route -> {
            String offer = route.request().postData();
            String sdp = String.valueOf(far.eval("(sdp) => window.far.answer(sdp)", offer));
            Map<String, String> all = new HashMap<>(headers);
            all.putAll(Map.of("Content-Type", "application/sdp", "Location", session));
            route.fulfill(
                    new Route.FulfillOptions().setStatus(201).setHeaders(all).setBody(sdp));
        });
        stage.api().answer("DELETE " + session, 200, "text/plain", "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"VP8", "VP9", "H264", "AV1"})
    void shouldPublishTheTestPictureInTheChosenCodec(String codec) {
        try (Tab tab = stage.chromium().newPage()) {
            answer(tab, "/whip/live", "/whip/live/s1");
            tab.open(stage.url("/publish/live?size=360"));
            tab.page().selectOption("#codec", codec);
            tab.page().fill("#key", "k-123");
            tab.page().click("#start");
            tab.waitFor("__spillway.state === 'live'", 10_000);
            tab.waitFor(
                    "__spillway.stats?.video?.bitrateBps > 20000 && __spillway.stats.audio.bitrateBps > 1000", 10_000);
            awaitFrames(60);
            assertEquals("video/" + codec, far.text("window.far.received().then(({codec}) => codec)"));
            assertTrue(received("energy") > 0, "sound arrives");
            assertTrue(far.number("window.far.clocks.filter((ms) => ms >= 0 && ms < 3000).length") > 20, "clocks read");
            tab.screenshot("publish-on-air-" + codec.toLowerCase(java.util.Locale.ROOT));

            tab.page().click("#stop");
            tab.waitFor("__spillway.state === 'stopped'", 2_000);
            assertEquals(List.of("DELETE /whip/live/s1 Bearer k-123"), askedOf("/whip/"));
            assertEquals(List.of(), tab.complaints());
        }
    }

    @Test
    void shouldShowWhoWatchesAndEndThem() {
        stage.api().json("/api/v1/streams/live/sessions", """
                {"items": [
                  {"id": "p1", "role": "publisher", "state": "connected", "userAgent": "x", "sent": null},
                  {"id": "v1", "role": "viewer", "state": "connected",
                   "userAgent": "Mozilla/5.0 Chrome/150.0.0.0 Safari/537.36 Edg/150.0.0.0",
                   "sent": {"width": 640, "height": 360, "videoBps": 900000, "estimateMeasured": true, "estimateBps": 3000000,
                            "lossFraction": 0.012, "rttMs": 40, "freezes": 2}},
                  {"id": "v5", "role": "viewer", "state": "connected", "userAgent": "Firefox/150.0",
                   "sent": {"width": null, "height": null, "videoBps": null, "paused": true, "estimateMeasured": true, "estimateBps": 60000,
                            "lossFraction": 0, "rttMs": 90, "freezes": 0}},
                  {"id": "v2", "role": "viewer", "state": "waiting", "ageMs": 900, "userAgent": "y", "addresses": [], "sent": null},
                  {"id": "v3", "role": "viewer", "state": "ended", "ageMs": 30000, "userAgent": "Mozilla/5.0 Firefox/150.0", "addresses": [],
                   "lastCheckError": null, "lastCheckFrom": null, "why": "no valid STUN check arrived in 30 s", "sent": null},
                  {"id": "v4", "role": "viewer", "state": "checked", "ageMs": 8000, "userAgent": "OBS-Studio/32", "addresses": ["192.0.2.7:50000"],
                   "lastCheckError": "stun_integrity", "lastCheckFrom": "198.51.100.9:4000", "why": null, "sent": null}]}""");
        stage.api().answer("DELETE /api/v1/streams/live/sessions/v1", 204, "text/plain", "");
        try (Tab tab = stage.chromium().newPage()) {
            answer(tab, "/whip/live", "/whip/live/s1");
            tab.open(stage.url("/publish/live?size=360"));
            tab.page().click("#start");
            tab.waitFor("!document.getElementById('watching').hidden", 10_000);
            tab.waitFor("document.querySelectorAll('#viewer-rows tr').length === 2", 10_000);
            assertEquals(
                    "Edg/150|640×360|900 kb/s|3.0 Mb/s|1.2 %|40 ms|2",
                    tab.text(
                            "[...document.querySelector('#viewer-rows tr').cells].slice(0, 7).map((c) => c.textContent).join('|')"));
            assertEquals(
                    List.of(
                            "OBS-Studio/32 from 192.0.2.7:50000: it reached the media port, but the encrypted handshake is not done yet (last check refused: stun_integrity, from 198.51.100.9:4000)",
                            "Firefox/150: no valid STUN check arrived in 30 s"),
                    tab.page().locator("#missed-rows li").allTextContents());
            tab.screenshot("publish-who-watches");
            assertEquals(
                    "Firefox/150|sound only|–|60 kb/s|0.0 %|90 ms|0",
                    tab.text(
                            "[...document.querySelector('#viewer-rows tr:last-child').cells].slice(0, 7).map((c) => c.textContent).join('|')"));
            tab.page().locator("#viewer-rows button").first().click();
            awaitAsked("DELETE /api/v1/streams/live/sessions/v1 -");
            tab.page().click("#stop");
            tab.waitFor("document.getElementById('watching').hidden", 10_000);
        }
    }

    @Test
    void shouldEndTheSessionWhenThePageIsLeft() {
        Tab tab = stage.chromium().newPage();
        answer(tab, "/whip/live", "/whip/live/s1");
        tab.open(stage.url("/publish/live?size=360"));
        tab.page().click("#start");
        tab.waitFor("__spillway.state === 'live'", 10_000);
        tab.open(stage.url("/"));
        far.waitFor("window.far.connections.length === 1", 1_000);
        tab.waitFor("__spillway.page === 'home'", 5_000);
        awaitAsked("DELETE /whip/live/s1 -");
        tab.close();
    }

    @Test
    void shouldNotFightForAStreamThatAnotherPublisherTookOver() {
        try (Tab tab = stage.chromium().newPage()) {
            answer(tab, "/whip/live", "/whip/live/s1");
            tab.open(stage.url("/publish/live?size=360"));
            tab.page().click("#start");
            tab.waitFor("__spillway.state === 'live'", 10_000);
            far.eval("window.far.connections[0].close()");
            tab.waitFor("__spillway.state === 'replaced'", 5_000);
            assertEquals("The server ended this session.", tab.page().textContent("#sentence"));
            assertTrue(tab.page().isVisible("#start"));
            assertEquals(1.0, far.number("window.far.connections.length"));
        }
    }

    @Test
    void shouldWaitForThePublisherAndThenPlay() {
        stage.api().problem("POST /whep/live", 409, "Nobody publishes live.", "Retry-After", "1");
        try (Tab tab = stage.chromium().newPage()) {
            tab.open(stage.url("/watch/live"));
            tab.waitFor("__spillway.state === 'waiting'", 5_000);
            assertTrue(tab.page().textContent("#sentence").startsWith("Waiting for the publisher of"));

            answer(tab, "/whep/live", "/whep/live/v1");
            tab.waitFor("__spillway.state === 'live'", 10_000);
            tab.waitFor("__spillway.latencySource === 'picture'", 5_000);
            tab.waitFor("__spillway.stats?.video?.framesPerSecond > 10 && __spillway.stats.path !== null", 10_000);
            assertTrue(tab.number("__spillway.joinMs") > 0 && tab.number("__spillway.joinMs") < 10_000);
            assertTrue(tab.number("__spillway.latencyMs") >= 0 && tab.number("__spillway.latencyMs") < 3_000);
            tab.screenshot("watch-live");

            assertTrue(tab.page().isVisible("#unmute"));
            tab.page().click("#unmute");
            assertEquals(false, tab.eval("document.getElementById('video').muted"));
            assertTrue(tab.page().isHidden("#unmute"));

            far.eval("Promise.all(window.far.connections.at(-1).getSenders().map((s) => s.replaceTrack(null)))");
            tab.waitFor("__spillway.state === 'away'", 10_000);
            tab.screenshot("watch-away");
            far.eval(
                    "Promise.all(window.far.connections.at(-1).getSenders().map((s, i) => s.replaceTrack(window.far.picture.media.getTracks().find((t) => t.kind === (i === 0 ? 'audio' : 'video')))))");
            tab.waitFor("__spillway.state === 'live'", 10_000);
            assertEquals(1.0, tab.number("__spillway.connections"), "the same session goes on");

            tab.page().click("#play");
            tab.waitFor("__spillway.state === 'stopped'", 2_000);
            awaitAsked("DELETE /whep/live/v1 -");
        }
    }

    /** No picture, and the server says that it holds it back: the line is too narrow, and nobody went away. */
    @Test
    void shouldSayThatTheLineCarriesSoundOnly() {
        stage.api().answer("POST /whep/live/v1/events", 201, "text/plain", "", "Location", "/whep/live/v1/events/1");
        stage.api().answer("GET /whep/live/v1/events/1", 200, "text/event-stream", """
                event: active
                data: {}

                event: picture
                data: {"paused":true}

                """);
        try (Tab tab = stage.chromium().newPage()) {
            answer(
                    tab,
                    "/whep/live",
                    "/whep/live/v1",
                    Map.of("Link", "</whep/live/v1/events>; rel=\"urn:ietf:params:whep:ext:core:server-sent-events\""));
            tab.open(stage.url("/watch/live"));
            tab.waitFor("__spillway.state === 'live' && __spillway.told?.live === true", 10_000);
            far.eval(
                    "window.far.connections.at(-1).getSenders().find((s) => s.track.kind === 'video').replaceTrack(null)");
            tab.waitFor("__spillway.state === 'paused'", 10_000);
            assertEquals("Paused", tab.page().textContent("#state"));
            assertEquals(
                    "Paused: your connection carries sound only.", tab.page().textContent("#sentence"));
            assertTrue(tab.page().isVisible("#unmute"));
            tab.screenshot("watch-paused");
            far.eval(
                    "window.far.connections.at(-1).getSenders().find((s) => s.track === null).replaceTrack(window.far.picture.media.getVideoTracks()[0])");
            tab.waitFor("__spillway.state === 'live'", 10_000);
        }
    }

    @Test
    void shouldConnectAnewWhenTheServerEndsTheSession() {
        try (Tab tab = stage.chromium().newPage()) {
            answer(tab, "/whep/live", "/whep/live/v1");
            tab.open(stage.url("/watch/live"));
            tab.waitFor("__spillway.state === 'live'", 10_000);
            far.eval("window.far.connections[0].close()");
            tab.waitFor("__spillway.connections === 2 && __spillway.state === 'live'", 15_000);
        }
    }

    @Test
    void shouldPlayBareWhenEmbedded() {
        try (Tab tab = stage.chromium().newPage(640, 360, true)) {
            answer(tab, "/whep/live", "/whep/live/v1");
            tab.open(stage.url("/embed/live"));
            tab.waitFor("__spillway.state === 'live' && __spillway.framesShown > 20", 15_000);
            tab.screenshot("embed-live");
            assertEquals(List.of(), tab.complaints());
        }
    }

    @ParameterizedTest(name = "{2} {3}")
    @CsvSource({"'', '', VP9, L3T3_KEY", "VP9, L3T3, VP9, L3T3", "AV1, L3T3_KEY, AV1, L3T3_KEY", "AV1, L2T2, AV1, L2T2"
    })
    void shouldSendLayersWithinOneStream(String chosen, String mode, String codec, String sent) {
        try (Tab tab = stage.chromium().newPage()) {
            answer(tab, "/whip/live", "/whip/live/s1");
            tab.open(stage.url("/publish/live?size=540&layers=svc&codec=" + chosen + "&mode=" + mode));
            assertEquals("svc", tab.page().inputValue("#layers"));
            assertTrue(tab.page().textContent("#layers-note").startsWith("VP9 or AV1 in layers"));
            tab.page().click("#start");
            tab.waitFor("__spillway.stats?.video?.scalability === '" + sent + "'", 10_000);
            assertEquals(codec, tab.text("__spillway.stats.video.codec"));
            assertEquals(1.0, tab.number("__spillway.stats.video.layers.length"));
            tab.waitFor(
                    "document.getElementById('sent').textContent.includes('in " + sent.charAt(1) + " layers')", 5_000);
            tab.screenshot("publish-svc-" + codec + "-" + sent);
        }
    }

    /** Modes are the browser's, by codec, and shown where they are of use. */
    @Test
    void shouldOfferTheModesOfTheChosenCodec() {
        try (Tab tab = stage.chromium().newPage()) {
            tab.open(stage.url("/publish/live?size=540"));
            assertTrue(tab.page().isHidden("#mode"));
            tab.page().selectOption("#layers", "svc");
            for (String codec : List.of("AV1", "VP9")) {
                tab.page().selectOption("#codec", codec);
                tab.waitFor("!document.getElementById('mode').hidden", 5_000);
                assertEquals(
                        List.of("L3T3_KEY", "L3T3", "L2T2_KEY", "L2T2", "L1T3", "L1T2"),
                        tab.eval("[...document.querySelectorAll('#mode option')].map(({value}) => value)"));
            }
            tab.page().selectOption("#mode", "L2T2");
            tab.page().selectOption("#codec", "H264");
            tab.waitFor("document.getElementById('mode').hidden", 5_000);
        }
    }

    /** Chromium offers them to nobody who does not ask (decision 055). */
    @Test
    void shouldOfferDependencyDescriptorsWhenItWatches() {
        List<String> offers = new ArrayList<>();
        try (Tab tab = stage.chromium().newPage()) {
            tab.page().route(stage.url("/whep/live"), route -> {
                offers.add(String.valueOf(route.request().postData()));
                route.fulfill(new Route.FulfillOptions().setStatus(403));
            });
            tab.open(stage.url("/watch/live"));
            tab.waitFor("__spillway.state === 'failed'", 10_000);
            assertEquals(
                    1,
                    offers.getFirst()
                            .lines()
                            .filter(line -> line.startsWith("a=extmap:") && line.contains("dependency-descriptor"))
                            .count(),
                    offers.getFirst());
        }
    }

    /** By the codec, and as browsers do that know nothing of layers: they pass over the wish. */
    @ParameterizedTest
    @CsvSource({
        "H264, '', Choose VP9 or AV1 as the codec",
        "VP9, 'const {getParameters} = RTCRtpSender.prototype; RTCRtpSender.prototype.getParameters = function () { const p = getParameters.call(this); p.encodings.forEach((e) => delete e.scalabilityMode); return p; }', Choose three sizes (simulcast)"
    })
    void shouldSayWhereThereAreNoLayers(String codec, String browser, String advice) {
        try (Tab tab = stage.chromium().newPage()) {
            tab.page().addInitScript(browser);
            tab.open(stage.url("/publish/live?size=540&layers=svc&codec=" + codec));
            tab.page().click("#start");
            tab.waitFor("__spillway.state === 'failed'", 10_000);
            assertTrue(tab.page()
                    .textContent("#sentence")
                    .startsWith("This page sends no layers within one " + codec + " stream"));
            assertTrue(
                    tab.page().textContent("#advice").startsWith(advice),
                    tab.page().textContent("#advice"));
            assertTrue(stage.api().asked().stream().noneMatch(line -> line.startsWith("POST /whip")));
        }
    }

    @Test
    void shouldOfferThreeLayersOfTheChosenCodecForSimulcast() {
        List<String> offers = new ArrayList<>();
        try (Tab tab = stage.chromium().newPage()) {
            tab.page().route(stage.url("/whip/live"), route -> {
                offers.add(String.valueOf(route.request().postData()));
                route.fulfill(new Route.FulfillOptions().setStatus(403));
            });
            tab.open(stage.url("/publish/live?codec=VP9&layers=simulcast"));
            tab.page().click("#start");
            tab.waitFor("__spillway.state === 'failed'", 10_000);
            String offer = offers.getFirst();
            assertTrue(offer.contains("a=simulcast:send h;m;l"), offer);
            assertEquals(
                    3,
                    offer.lines()
                            .filter(line -> line.matches("a=rid:[hml] send"))
                            .count(),
                    offer);
            assertEquals(
                    List.of("VP9/90000", "rtx/90000"),
                    offer.lines()
                            .filter(line -> line.startsWith("a=rtpmap:") && line.endsWith("/90000"))
                            .map(line -> line.substring(line.indexOf(' ') + 1))
                            .distinct()
                            .toList(),
                    offer);
        }
    }

    @Test
    void shouldSayWhatIsWrongAndWhatToDo() {
        stage.api().problem("POST /whip/live", 401, "This stream wants its key.");
        stage.api().problem("POST /whep/live", 422, "Nothing in your offer can play H265, which is on air.");
        try (Tab tab = stage.chromium().newPage(360, 740, false)) {
            tab.open(stage.url("/publish/live?size=360"));
            tab.page().click("#start");
            tab.waitFor("__spillway.state === 'failed'", 10_000);
            assertEquals("This stream wants its key.", tab.page().textContent("#sentence"));
            assertTrue(tab.page().textContent("#advice").startsWith("Enter the stream’s key"));
            assertTrue(tab.page().isEnabled("#start"));
            tab.screenshot("publish-refused-360");

            tab.open(stage.url("/watch/live"));
            tab.waitFor("__spillway.state === 'failed'", 10_000);
            assertEquals(
                    "Nothing in your offer can play H265, which is on air.",
                    tab.page().textContent("#sentence"));
            assertTrue(tab.page().isVisible("#again"));
            tab.screenshot("watch-refused-360");
        }
    }

    @Test
    void shouldAskForTheKeyWhereWatchingWantsOne() {
        stage.api().problem("POST /whep/live", 401, "This stream is watched with a key.");
        try (Tab tab = stage.chromium().newPage()) {
            tab.open(stage.url("/watch/live#key=wrong"));
            tab.waitFor("__spillway.state === 'failed'", 10_000);
            assertTrue(stage.api().asked().contains("POST /whep/live Bearer wrong"));
            assertTrue(tab.page().isVisible("#unlock"));
            tab.screenshot("watch-key");
            tab.page().fill("#key", "w-77");
            tab.page().keyboard().press("Enter");
            awaitAsked("POST /whep/live Bearer w-77");
        }
    }

    private void awaitFrames(int frames) {
        for (int i = 0; i < 200 && received("frames") < frames; i++) {
            far.watchFor(50);
        }
        assertTrue(received("frames") >= frames, "frames decoded: " + received("frames"));
    }

    private double received(String value) {
        return far.number("window.far.received().then((received) => received." + value + ")");
    }

    private List<String> askedOf(String prefix) {
        return stage.api().asked().stream()
                .filter(line -> line.contains(prefix))
                .toList();
    }

    private void awaitAsked(String line) {
        for (int i = 0; i < 100 && !stage.api().asked().contains(line); i++) {
            far.watchFor(50);
        }
        assertTrue(
                stage.api().asked().contains(line),
                () -> line + " in " + stage.api().asked());
    }
}
