package io.spillway.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Route;
import io.spillway.testkit.client.Tab;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages' modules one by one, in a browser. */
final class ModulesTest {

    private static Stage stage;
    private static Tab tab;

    @BeforeAll
    static void open() throws Exception {
        stage = new Stage();
        tab = stage.chromium().newPage();
        tab.open(stage.url("/"));
    }

    @AfterAll
    static void close() {
        stage.close();
    }

    /** Calls a function that gets a module's exports and the argument. */
    private static @Nullable Object with(String module, String function, Object argument) {
        return tab.eval(
                "async (argument) => (" + function + ")(await import('/assets/" + module + "'), argument)", argument);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 1_795_000_000_000L, (1L << 40) - 1, 1L << 40, (1L << 41) + 12_345})
    void shouldDecodeTheTimeThatWasEncoded(long timeMs) {
        String roundTrip = "(clock, ms) => String(clock.decodeClock(clock.encodeClock(ms), ms + 777))";
        assertEquals(Long.toString(timeMs), with("clock.js", roundTrip, (double) timeMs));
    }

    @Test
    void shouldRefuseAClockWithOneOrTwoWrongBlocks() {
        String wrong = """
                (clock, ms) => {
                  const bits = clock.encodeClock(ms);
                  let accepted = 0;
                  for (let i = 0; i < bits.length; i++)
                    for (let j = i; j < bits.length; j++) {
                      const flipped = bits.map((bit, at) => (at === i || at === j) !== bit);
                      if (!Number.isNaN(clock.decodeClock(flipped, ms))) accepted++;
                    }
                  return accepted;
                }""";
        assertEquals(0, with("clock.js", wrong, 1_795_000_123_456.0));
    }

    @Test
    void shouldRefuseAClockFarFromTheReadersOwn() {
        String far = "(clock, ms) => String(clock.decodeClock(clock.encodeClock(ms), ms + 200000))";
        assertEquals("NaN", with("clock.js", far, 1_795_000_123_456.0));
    }

    @ParameterizedTest(name = "drawn at {0}, seen at {1}")
    @CsvSource({"1280, 1280", "1280, 640", "1280, 320", "640, 640", "640, 320", "1920, 480", "640, 1280"})
    void shouldReadTheClockFromAPictureOfAnySize(int drawnWidth, int seenWidth) {
        String readBack = """
                (clock, [drawn, seen]) => {
                  const canvas = (width) => new OffscreenCanvas(width, width * 9 / 16);
                  const [from, to] = [canvas(drawn), canvas(seen)];
                  const times = Array.from({length: 50}, (_, i) => 1795000000000 + i * 7919);
                  return times.filter((ms) => {
                    const context = from.getContext('2d');
                    context.fillStyle = '#456';
                    context.fillRect(0, 0, from.width, from.height);
                    clock.drawClock(context, drawn, ms);
                    to.getContext('2d').drawImage(from, 0, 0, to.width, to.height);
                    return new clock.ClockReader().read(to, seen, ms) === ms;
                  }).length;
                }""";
        assertEquals(50, with("clock.js", readBack, List.of(drawnWidth, seenWidth)));
    }

    @Test
    void shouldReadNoClockFromOtherPictures() {
        String noise = """
                (clock) => {
                  const canvas = new OffscreenCanvas(640, 360);
                  const context = canvas.getContext('2d');
                  const near = 1795000000000;
                  let read = 0;
                  let seed = 7;
                  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
                  for (let n = 0; n < 300; n++) {
                    for (let x = 0; x < 640; x += 4) {
                      const shade = Math.floor(random() * 256);
                      context.fillStyle = `rgb(${shade} ${shade} ${shade})`;
                      context.fillRect(x, 0, 4, 40);
                    }
                    if (!Number.isNaN(new clock.ClockReader().read(canvas, 640, near))) read++;
                  }
                  return read;
                }""";
        assertEquals(0, with("clock.js", noise, ""));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`<stun:a.example:3478>; rel=\"ice-server\"` | stun:a.example:3478//",
                "`<turn:a:3478?transport=udp>; rel=\"ice-server\"; username=\"u\"; credential=\"c\"; credential-type=\"password\"` | turn:a:3478?transport=udp/u/c",
                "`<turn:a>; rel=ice-server; username=u; credential=c, <stun:b>; rel=\"ice-server\"` | turn:a/u/c stun:b//",
                "`<turn:a>; credential=\"x,y;z\\\"q\" ; username=\"1:2\" ;rel=\"ice-server\"` | turn:a/1:2/x,y;z\"q",
                "`<turn:a>; rel=\"ice-server\"` | ``",
                "`<http://x/>; rel=\"ice-server\"` | ``",
                "`</whep/live/1/sse>; rel=\"urn:ietf:params:whep:ext:core:server-sent-events\"; events=\"active,inactive\", <stun:c>; rel=\"ice-server\"` | stun:c//",
                "`<stun:a` | ``",
                "`;;;,,,<>` | ``",
            })
    void shouldReadIceServersFromLinkHeaders(String header, String servers) {
        String read = """
                (links, header) => links.iceServers(header)
                    .map((s) => [s.urls, s.username ?? '', s.credential ?? ''].join('/')).join(' ')""";
        assertEquals(servers == null ? "" : servers, with("links.js", read, header));
    }

    @Test
    void shouldTakeABoundedNumberOfIceServers() {
        String read = "(links) => links.iceServers(Array(100).fill('<stun:a>; rel=\"ice-server\"').join(', ')).length";
        assertEquals(8, with("links.js", read, ""));
        assertEquals(0, with("links.js", "(links) => links.iceServers(null).length", ""));
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "404 | application/problem+json | {\"type\":\"urn:spillway:problem:not-live\",\"title\":\"Not live\",\"status\":404,\"detail\":\"Nobody publishes a.\"} | Nobody publishes a. | false | 0",
                "422 | application/problem+json | {\"detail\":\"No codec in common.\"} | No codec in common. | false | 0",
                "503 | application/problem+json | {\"title\":\"Draining\"} | Draining | true | 3000",
                "503 | text/html | <h1>proxy</h1> | The server takes no new sessions at the moment. | true | 3000",
                "502 | application/json | {broken | The server answered 502. | true | 3000",
                "401 | text/plain | no | The server wants a key for this. | false | 3000",
            })
    void shouldPutRefusalsIntoWords(
            int status, String type, String body, String sentence, boolean passes, int retryAfterMs) {
        String read = """
                async ({Problem}, [status, type, body, after]) => {
                  const headers = {'Content-Type': type, ...(after > 0 ? {'Retry-After': String(after / 1000)} : {})};
                  const p = await Problem.of(new Response(body, {status, headers}));
                  return {sentence: p.message, passes: p.passes, retryAfterMs: p.retryAfterMs};
                }""";
        assertEquals(
                Map.of("sentence", sentence, "passes", passes, "retryAfterMs", retryAfterMs),
                with("problem.js", read, List.of(status, type, body, retryAfterMs)));
    }

    /** What a person is told of a connection that did not come about, from what the browser knows of it. */
    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "192.168.1.7  | host     | udp tcp | nothing came back from its media port: tried 192.168.1.7:8189 (UDP and TCP). | let UDP and TCP through to port 8189",
                "video.example | host    | udp     | nothing came back from its media port: tried 192.168.1.7:8189 (UDP).         | must name the public one in media.addresses",
                "[2001:db8::7] | host    | udp     | tried 192.168.1.7:8189 (UDP).                                                | must name the public one in media.addresses",
                "studio.local  | host    | udp     | tried 192.168.1.7:8189 (UDP).                                                | let UDP and TCP through to port 8189",
                "studio        | relayed | udp     | tried 192.168.1.7:8189 (UDP) through the relay.                              | let UDP and TCP through to port 8189",
                "studio        | host    | ``      | tried no address, as it named none.                                          | port 8189",
                "studio        | none    | udp     | This browser gives WebRTC no address to send from.                           | A privacy setting",
                "studio        | norelay | udp     | No relay took this browser in: turn:r.example.                               | ./spillway turn-config",
                "studio        | checked | udp     | the encrypted handshake (DTLS) does not come to an end.                      | try another network",
                "studio        | refused | udp     | the encrypted handshake (DTLS) was refused.                                  | try another network",
            })
    void shouldSayWhyNoMediaFlows(String page, String known, String protocols, String sentence, String advice) {
        String read = """
                ({account}, [page, known, protocols]) => {
                  const pair = (responsesReceived) => ({type: 'candidate-pair', requestsSent: 9, responsesReceived});
                  const local = {type: 'local-candidate', candidateType: 'host'};
                  const transport = (dtlsState) => ({type: 'transport', dtlsState});
                  const entries = {
                    host: [local, pair(0), transport('new')], relayed: [local, pair(0)], none: [], norelay: [],
                    checked: [local, pair(0), pair(3), transport('connecting')], refused: [local, pair(3), transport('failed')],
                  }[known];
                  const answer = protocols.split(' ').filter(Boolean)
                    .map((p, i) => `a=candidate:${i} 1 ${p} 2130706431 192.168.1.7 8189 typ host\r\n`).join('');
                  const relays = ['relayed', 'norelay'].includes(known) ? ['turn:r.example'] : [];
                  const {message, advice, passes} = account({entries, answer, page, relays});
                  return `${message}\n${advice}\n${passes}`;
                }""";
        String told =
                String.valueOf(with("account.js", read, List.of(page, known, protocols == null ? "" : protocols)));
        assertTrue(told.lines().findFirst().orElse("").endsWith(sentence), told);
        assertTrue(told.contains(advice), told);
        assertTrue(told.endsWith("true"), "it is tried again: the network may be another one soon");
    }

    @Test
    void shouldWaitLongerAfterEachFailureUpToABound() {
        String waits = """
                ({Backoff}) => {
                  const backoff = new Backoff();
                  const waits = Array.from({length: 12}, () => backoff.nextMs());
                  const asked = backoff.nextMs(3000);
                  backoff.reset();
                  return waits[0] >= 500 && waits[0] <= 600 && waits[3] >= 4000 && waits[3] <= 4800
                    && Math.max(...waits) <= 18000 && asked >= 3000 && asked <= 3600 && backoff.nextMs() <= 600;
                }""";
        assertEquals(true, with("retry.js", waits, ""));
    }

    /** A browser tries again by itself, unless it was refused: then the page does, later. */
    @Test
    void shouldFollowEventsAgainAfterARefusal() {
        String follow = """
                async ({followEvents}) => {
                  const { EventSource, setTimeout } = window;
                  const made = [], told = [], waits = [];
                  let lost = 0;
                  window.EventSource = class extends EventTarget {
                    static CLOSED = 2;
                    readyState = 1;
                    constructor() { super(); made.push(this); }
                    close() { this.readyState = 2; }
                  };
                  window.setTimeout = (again, ms) => waits.push({ again, ms });
                  const end = new AbortController();
                  try {
                    const session = { followEvents: async () => '/events/1' };
                    await followEvents(session, (name) => told.push(name), () => lost++, end.signal);
                    made[0].dispatchEvent(new Event('error'));
                    const broken = [made.length, lost, waits.length];
                    made[0].readyState = 2;
                    made[0].dispatchEvent(new Event('error'));
                    const refused = [made.length, lost, waits[0].ms];
                    waits[0].again();
                    made[1].dispatchEvent(new MessageEvent('active', { data: '{}' }));
                    end.abort();
                    return [broken, refused, [made.length, told, made[1].readyState]].join(' ');
                  } finally {
                    Object.assign(window, { EventSource, setTimeout });
                  }
                }""";
        // Each: made, and what else there was.
        assertEquals("1,0,0 1,1,10000 2,active,2", with("events.js", follow, ""));
    }

    /** Standing still is told by what there was to show and what the player did, second by second. */
    @ParameterizedTest
    @CsvSource({"plays, -1", "stands, 10", "knowsOfNothing, 10", "publisherAway, -1", "stopsLater, 15"})
    void shouldTellWhenAPlayerStandsStillForGood(String player, int atSecond) {
        String seconds = """
                (module, player) => {
                  const [edge, progress] = {
                    plays: [(i) => i, (i) => i],
                    stands: [(i) => i, () => 0],
                    knowsOfNothing: [() => null, () => 0],
                    publisherAway: [() => 7, () => 0],
                    stopsLater: [(i) => i, (i) => Math.min(i, 5)],
                  }[player];
                  const standstill = new module.Standstill();
                  return [...Array(60).keys()].findIndex((i) => standstill.isOver({ nowMs: 1000 * i, edge: edge(i), progress: progress(i) }));
                }""";
        assertEquals(atSecond, with("standstill.js", seconds, player));
    }

    /** A segment of sound from 10 s on, of which hls.js's own tracker is told that so much is there. */
    @ParameterizedTest
    @CsvSource({"10, 11, OK", "10.2, 11, PARTIAL", "10.1, 11, PARTIAL", "10, 10.8, PARTIAL", "10.002, 10.999, OK"})
    void shouldSeeThatAPartOfASegmentIsMissing(double from, double to, String state) {
        String track = """
                async (module, [from, to]) => {
                  const { default: Hls, Fragment } = await import('/assets/hls.js');
                  const hls = new Hls();
                  module.missNoPart(hls);
                  const frag = Object.assign(new Fragment('audio', ''), { sn: 7, level: 0, start: 10, duration: 1, relurl: 'a0-7.m4s' });
                  frag.setElementaryStreamInfo('audio', from, to, from, to);
                  const part = { fragment: frag };
                  const there = { length: 1, start: () => from, end: () => to };
                  hls.trigger(Hls.Events.FRAG_LOADED, { frag, part });
                  const tracker = hls.streamController.fragmentTracker;
                  tracker.onBufferAppended('', { frag, part, timeRanges: { audio: there } });
                  tracker.detectPartialFragments({ frag, part, id: 'audio' });
                  const state = tracker.getState(frag);
                  hls.destroy();
                  return state;
                }""";
        assertEquals(state, with("parts.js", track, List.of(from, to)));
    }

    /** Before anything of the stream is there: whoever waits for enough to play counts as paused, and hls.js passes over no hole at the beginning then. */
    @Test
    void shouldTellTheVideoToPlay() {
        String index = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1000,CODECS=\"avc1.42E01E\"\nv0.m3u8\n";
        tab.page().route("**/hls/begins/index.m3u8", route -> route.fulfill(new Route.FulfillOptions().setBody(index)));
        String play = """
                async (module, url) => {
                  const video = Object.assign(document.createElement('video'), { muted: true, autoplay: true });
                  const player = new module.HlsPlayer({ video, url });
                  player.start();
                  const untilMs = performance.now() + 10_000;
                  while (video.paused && performance.now() < untilMs) await new Promise((resolve) => setTimeout(resolve, 20));
                  const { paused } = video;
                  player.stop();
                  return paused;
                }""";
        assertEquals(false, with("hlsplayer.js", play, "/hls/begins/index.m3u8"));
        tab.page().unroute("**/hls/begins/index.m3u8");
    }
}
