package io.spillway.whipwhep.signal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.LayerWish;
import io.spillway.sfu.Sfu;
import io.spillway.sfu.StreamStatus;
import io.spillway.whipwhep.Caller;
import io.spillway.whipwhep.IceServer;
import io.spillway.whipwhep.Policy;
import io.spillway.whipwhep.WhipWhep;
import io.spillway.whipwhep.jetty.Keys;
import io.spillway.whipwhep.jetty.MemorySfu;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The protocol of {@code /signal}, without a network and in virtual time. */
final class SignalSocketTest {

    private static final long SECOND_NS = 1_000_000_000L;
    private static final String OFFER = "v=0\\r\\n";
    private static final StreamName SHOW = new StreamName("show");
    private static final Pattern SESSION = Pattern.compile("\"session\":\"([^\"]+)\"");

    private final MemorySfu sfu = new MemorySfu();
    private final Keys keys = new Keys().publishKey("key-show", "show").playToken("secret", "token");
    private final AtomicLong nowNs = new AtomicLong();
    private final WhipWhep resources = new WhipWhep(
            sfu,
            keys,
            session -> List.of(new IceServer("turn:relay.example", "someone", "word")),
            Policy.standard(),
            nowNs::get,
            new Random(1));
    private final Signals signals =
            new Signals(resources, sfu, Set.of(), status -> "{\"id\":\"" + status.id() + "\"}", nowNs::get);
    private final Ear ear = new Ear();
    private final SignalSocket socket = signals.open(peer("203.0.113.7"), ear);

    /** A connection that only remembers what was asked of it. */
    private static final class Ear implements Wire {

        private int pings;
        private boolean cut;

        @Override
        public void wake() {
            // Each message is asked for by the tests.
        }

        @Override
        public void ping() {
            pings++;
        }

        @Override
        public void cut() {
            cut = true;
        }
    }

    @Test
    void shouldPublishAndPlayAsWhipAndWhepDo() {
        String published = one("{'type':'publish','id':1,'stream':'show','key':'key-show','sdp':'" + OFFER + "'}");
        String session = session(published);
        assertEquals(
                "{\"type\":\"answer\",\"id\":1,\"session\":\"" + session + "\",\"stream\":\"show\",\"sdp\":\""
                        + MemorySfu.ANSWER.replace("\r\n", "\\u000d\\u000a")
                        + "\",\"iceServers\":[{\"urls\":\"turn:relay.example\",\"username\":\"someone\",\"credential\":\"word\"}]}",
                published);
        assertTrue(one("{'type':'play','id':'a','stream':'show','sdp':'" + OFFER + "'}")
                .startsWith("{\"type\":\"answer\",\"id\":\"a\",\"session\":\"v_"));

        MemorySfu.Held held = Objects.requireNonNull(sfu.sessions().get(session));
        assertEquals("v=0\r\n", held.request().offer());
        assertEquals("a test", held.request().userAgent());
        assertEquals(1, count("whip_opened", ""));
        assertEquals(1, count("whep_opened", ""));
    }

    @Test
    void shouldPublishToTheStreamThatTheKeyNames() {
        assertTrue(
                one("{'type':'publish','key':'key-show','sdp':'" + OFFER + "'}").contains("\"stream\":\"show\""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {'type':'publish','stream':'show','sdp':'v=0'}                          | 401 | unauthorized
            {'type':'publish','stream':'show','key':'wrong','sdp':'v=0'}            | 401 | unauthorized
            {'type':'publish','stream':'other','key':'key-show','sdp':'v=0'}        | 403 | forbidden
            {'type':'publish','stream':'a b','key':'key-show','sdp':'v=0'}          | 400 | bad-stream-name
            {'type':'publish','stream':'show','key':'key-show','sdp':''}            | 400 | malformed-offer
            {'type':'publish','stream':'show','key':'key-show','sdp':'hello'}       | 400 | malformed-offer
            {'type':'publish','stream':'show','key':'key-show','sdp':'v=0 PCMU'}    | 422 | unsupported-codec
            {'type':'publish','stream':'show','key':'key-show','sdp':'v=0 boom'}    | 500 | internal-error
            {'type':'play','stream':'secret','sdp':'v=0'}                           | 401 | unauthorized
            {'type':'play','stream':'secret','key':'key-show','sdp':'v=0'}          | 401 | unauthorized
            {'type':'play','stream':'nobody','sdp':'v=0'}                           | 409 | stream-offline
            {'type':'play','sdp':'v=0'}                                             | 400 | malformed-message
            {'type':'play','stream':7,'sdp':'v=0'}                                  | 400 | malformed-message
            {'type':'play','stream':'show'}                                         | 400 | malformed-message
            {'type':'play','stream':'show','spd':'v=0'}                             | 400 | malformed-message
            {'type':'dance'}                                                        | 400 | unknown-message
            {'type':7}                                                              | 400 | malformed-message
            {'id':{},'type':'play'}                                                 | 400 | malformed-message
            {'id':1.5,'type':'play'}                                                | 400 | malformed-message
            {}                                                                      | 400 | malformed-message
            []                                                                      | 400 | malformed-message
            {'type':'play','type':'play'}                                           | 400 | malformed-message
            {'type':'play'} {}                                                      | 400 | malformed-message
            hello                                                                   | 400 | malformed-message
            {'type':'end'}                                                          | 400 | malformed-message
            {'type':'end','session':'v_session-0000000000000001'}                   | 404 | no-such-session
            {'type':'layer','session':'x','rid':'h'}                                | 404 | no-such-session
            """)
    void shouldSayWhatIsWrong(String message, int status, String type) {
        String refused = one(message);
        assertTrue(refused.startsWith("{\"type\":\"refused\""), refused);
        assertTrue(refused.contains("\"type\":\"urn:spillway:problem:" + type + "\",\"title\":\""), refused);
        assertTrue(refused.contains("\"status\":" + status + ",\"detail\":\""), refused);
        assertNull(socket.goodbye(), "a refusal ends nothing");
        assertTrue(sfu.sessions().isEmpty());
        assertEquals(1, count("whip_refused", type) + count("whep_refused", type) + count("signal_refused", type));
    }

    @Test
    void shouldNameTheMessageThatItRefusesAndWhenToComeBack() {
        String refused = one("{'type':'play','id':'first','stream':'nobody','sdp':'v=0'}");
        assertTrue(refused.startsWith("{\"type\":\"refused\",\"id\":\"first\",\"problem\":{"), refused);
        assertTrue(refused.endsWith("},\"retryAfterMs\":2000}"), refused);
    }

    @Test
    void shouldTrickleAndRestart() {
        String session = play();
        assertEquals(
                "{\"type\":\"done\",\"id\":2,\"session\":\"" + session + "\"}",
                one(
                        "{'type':'candidate','id':2,'session':'" + session
                                + "','candidate':{'candidate':'candidate:1 1 UDP 2130706431 192.0.2.1 5000 typ host','sdpMid':'0','sdpMLineIndex':0,'usernameFragment':'EsAw'}}"));
        assertEquals(List.of(), all("{'type':'candidate','session':'" + session + "','candidate':null}"), "no id");
        assertEquals(
                List.of(),
                all("{'type':'candidate','session':'" + session + "','candidate':{'candidate':'','sdpMid':'0'}}"));
        assertProblem(400, "malformed-message", "{'type':'candidate','session':'" + session + "'}");
        assertProblem(400, "malformed-message", "{'type':'candidate','session':'" + session + "','candidate':'x'}");
        assertProblem(
                400,
                "malformed-message",
                "{'type':'candidate','session':'" + session + "','candidate':{'candidate':'a\\r\\na=ice-ufrag:x'}}");
        assertProblem(
                400,
                "malformed-sdpfrag",
                "{'type':'candidate','session':'" + session + "','candidate':{'candidate':'candidate:x'}}");

        assertEquals(
                "{\"type\":\"restarted\",\"id\":3,\"session\":\"" + session
                        + "\",\"fragment\":\"a=ice-lite\\u000d\\u000aa=ice-ufrag:new0\\u000d\\u000a\"}",
                one("{'type':'restart','id':3,'session':'" + session
                        + "','ufrag':'Othe','pwd':'aaaaaaaaaaaaaaaaaaaaaaaa'}"));
        // Of the new generation: its tag is sent along.
        assertEquals(List.of(), all("{'type':'candidate','session':'" + session + "','candidate':null}"));
        assertProblem(
                422,
                "half-new-ice-credentials",
                "{'type':'restart','session':'" + session + "','ufrag':'Othe','pwd':'bbbbbbbbbbbbbbbbbbbbbbbb'}");
    }

    @Test
    void shouldChooseLayersAsTheWhepExtensionDoes() {
        String session = play();
        one("{'type':'layer','id':2,'session':'" + session + "','rid':'h','maxHeight':360}");
        LayerWish wish = Objects.requireNonNull(sfu.wishes().get(session));
        assertEquals("h", wish.rid());
        assertEquals(360, wish.maxHeight());
        one("{'type':'layer','id':3,'session':'" + session + "'}");
        assertEquals(LayerWish.AUTOMATIC, sfu.wishes().get(session));
        assertProblem(422, "no-such-encoding", "{'type':'layer','session':'" + session + "','rid':'x'}");
        assertProblem(400, "malformed-layer-choice", "{'type':'layer','session':'" + session + "','maxWidth':0}");
        assertProblem(400, "malformed-message", "{'type':'layer','session':'" + session + "','maxWdth':1}");
        assertProblem(409, "not-a-viewer", "{'type':'layer','session':'" + publisher() + "','rid':'h'}");
    }

    @Test
    void shouldTellOfEventsTheNewestOfEachKind() {
        String session = play();
        stand(true, 1);
        assertEquals(
                "{\"type\":\"done\",\"id\":2,\"session\":\"" + session + "\"}",
                one("{'type':'events','id':2,'session':'" + session
                        + "','events':['active','viewercount','reconnect']}"));
        resources.lookAround();
        String told = "{\"type\":\"event\",\"session\":\"" + session + "\",\"event\":\"";
        assertEquals(
                List.of(told + "active\",\"data\":{}}", told + "viewercount\",\"data\":{\"viewercount\":1}}"), said());
        for (int viewers = 2; viewers < 50; viewers++) {
            nowNs.addAndGet(2 * SECOND_NS);
            stand(true, viewers);
            resources.lookAround();
        }
        assertEquals(
                List.of(told + "viewercount\",\"data\":{\"viewercount\":49}}"), said(), "who is slow hears what holds");
        resources.events().reconnect();
        assertEquals(List.of(told + "reconnect\",\"data\":{}}"), said());

        assertProblem(400, "unknown-event", "{'type':'events','session':'" + session + "','events':['rain']}");
        assertProblem(400, "malformed-event-list", "{'type':'events','session':'" + session + "','events':'active'}");
        for (int i = 0; i < 10; i++) {
            assertEquals(List.of(), all("{'type':'events','session':'" + session + "'}"), "the one before goes");
        }
    }

    @Test
    void shouldTellHowTheSessionStandsOnceASecondWhileThatIsWanted() {
        String session = play();
        tick();
        assertEquals(List.of(), said());
        all("{'type':'statistics','session':'" + session + "'}");
        String told =
                "{\"type\":\"statistics\",\"session\":\"" + session + "\",\"statistics\":{\"id\":\"" + session + "\"}}";
        tick();
        assertEquals(List.of(told), said());
        tick();
        tick();
        assertEquals(List.of(told), said(), "only the newest waits");
        all("{'type':'statistics','session':'" + session + "','on':false}");
        tick();
        assertEquals(List.of(), said());
        assertProblem(400, "malformed-message", "{'type':'statistics','session':'" + session + "','on':'yes'}");
    }

    @Test
    void shouldSayThatASessionEnded() {
        String session = play();
        sfu.sessions().remove(session);
        tick();
        String ended = String.join("", said());
        assertTrue(ended.startsWith("{\"type\":\"ended\",\"session\":\"" + session + "\",\"detail\":\""), ended);
        assertProblem(404, "no-such-session", "{'type':'end','session':'" + session + "'}");
    }

    @Test
    void shouldEndASessionWhenAskedAndAllWithTheSocket() {
        String first = play();
        String second = play();
        assertTrue(one("{'type':'end','id':9,'session':'" + first + "'}").contains("\"done\""));
        assertFalse(sfu.sessions().containsKey(first));
        assertTrue(sfu.sessions().containsKey(second));
        socket.onClosed();
        assertFalse(sfu.sessions().containsKey(second));
        socket.onText("{\"type\":\"play\",\"stream\":\"show\",\"sdp\":\"v=0\"}", true);
        assertEquals(1, sfu.sessions().size(), "the publisher of another socket stays");
    }

    @Test
    void shouldEndASessionThatWasInTheMakingWhenItsSocketClosed() throws Exception {
        CountDownLatch gate = sfu.holdBack();
        Thread asking = Thread.ofPlatform()
                .start(() -> socket.onText("{\"type\":\"publish\",\"key\":\"key-show\",\"sdp\":\"v=0\"}", true));
        while (asking.getState() != Thread.State.WAITING && asking.isAlive()) {
            Thread.onSpinWait();
        }
        socket.onClosed();
        gate.countDown();
        asking.join();
        assertEquals(1, sfu.made());
        assertEquals(Map.of(), sfu.sessions());
    }

    @Test
    void shouldLetOnlyTheSocketThatOpenedASessionSpeakOfIt() {
        String session = play();
        SignalSocket other = signals.open(peer("203.0.113.7"), new Ear());
        other.onText("{\"type\":\"end\",\"session\":\"" + session + "\"}", true);
        assertTrue(String.valueOf(other.next()).contains("no-such-session"));
        assertTrue(sfu.sessions().containsKey(session));
    }

    @Test
    void shouldAskForTheKeyOfTheSessionWithEachMessage() {
        String session = publisher();
        keys.publishKey("key-show", "another");
        assertProblem(403, "forbidden", "{'type':'end','session':'" + session + "'}");
    }

    @Test
    void shouldHoldAFewSessionsOnly() {
        publisher();
        for (int i = 1; i < SignalSocket.MAX_SESSIONS; i++) {
            play();
        }
        assertProblem(429, "too-many-sessions", "{'type':'play','stream':'show','sdp':'v=0'}");
    }

    @Test
    void shouldTakeOffersOfTheSizeThatWhipTakes() {
        String filler = "a".repeat(64 * 1024 - 10);
        assertTrue(one("{'type':'publish','key':'key-show','sdp':'v=0" + filler + "'}")
                .contains("\"answer\""));
        assertProblem(413, "offer-too-large", "{'type':'publish','key':'key-show','sdp':'v=0" + filler + "aaaaaaaa'}");
    }

    @Test
    void shouldPutMessagesTogetherAndRefuseWhatIsTooLong() {
        socket.onText("{\"type\":\"dan", false);
        assertEquals(List.of(), said());
        socket.onText("ce\"}", true);
        assertTrue(String.join("", said()).contains("unknown-message"));
        String piece = " ".repeat(1000);
        for (int i = 0; i < 1000; i++) {
            socket.onText(piece, false);
        }
        List<String> said = said();
        assertEquals(1, said.size());
        assertTrue(said.getFirst().contains("\"status\":413"), said::toString);
        assertEquals(new Goodbye(4413, "message-too-large"), socket.goodbye());
    }

    @Test
    void shouldRefuseBytes() {
        socket.onBinary();
        assertTrue(String.join("", said()).contains("\"status\":415"));
        assertEquals(new Goodbye(4415, "unsupported-message"), socket.goodbye());
    }

    @Test
    void shouldRefuseAFloodAndCloseOnWhoDoesNotHeed() {
        int burst = SignalSocket.MESSAGES.burst();
        for (int i = 0; i < burst; i++) {
            assertTrue(one("{'type':'dance'}").contains("unknown-message"));
        }
        assertProblem(429, "too-many-messages", "{'type':'dance'}");
        nowNs.addAndGet(SECOND_NS);
        assertTrue(one("{'type':'dance'}").contains("unknown-message"), "it waited");
        for (int i = 0; i < 200; i++) {
            all("{'type':'dance'}");
        }
        assertEquals(new Goodbye(4429, "too-many-messages"), socket.goodbye());
    }

    @Test
    void shouldCloseOnWhoDoesNotRead() {
        for (int i = 0; i < 2 * Outbox.MAX_WAITING; i++) {
            nowNs.addAndGet(SECOND_NS);
            socket.onText("{\"type\":\"dance\"}", true);
        }
        assertEquals(4429, Objects.requireNonNull(socket.goodbye()).code());
        assertNull(socket.next(), "what nobody read is dropped");
    }

    @Test
    void shouldTakeFromTheBudgetOfTheAddressAsRequestsDo() {
        Policy tight = Policy.standard().withRates(1, 1);
        WhipWhep few = new WhipWhep(sfu, keys, session -> List.of(), tight, nowNs::get, new Random(1));
        Signals all = new Signals(few, sfu, Set.of(), status -> "{}", nowNs::get);
        SignalSocket one = all.open(peer("203.0.113.7"), new Ear());
        for (int i = 0; i < 4; i++) {
            one.onText("{\"type\":\"play\",\"stream\":\"nobody\",\"sdp\":\"v=0\"}", true);
            assertTrue(String.valueOf(one.next()).contains("stream-offline"));
        }
        one.onText("{\"type\":\"play\",\"stream\":\"nobody\",\"sdp\":\"v=0\"}", true);
        assertTrue(String.valueOf(one.next()).contains("\"status\":429"));
        assertNotNull(all.judge(peer("203.0.113.7").caller()), "sockets are counted too");
        assertNull(all.judge(peer("203.0.113.8").caller()));
    }

    @Test
    void shouldAskForSignsOfLifeAndCutWhoGivesNone() {
        play();
        IntStream.range(0, 25).forEach(i -> tick());
        assertEquals(3, ear.pings, "at once, and each ten seconds");
        assertFalse(ear.cut);
        socket.heard();
        IntStream.range(0, 30).forEach(i -> tick());
        assertFalse(ear.cut);
        tick();
        assertTrue(ear.cut);
    }

    @Test
    void shouldCloseASocketForNothing() {
        String session = play();
        for (int i = 0; i < 161; i++) {
            if (i == 100) {
                sfu.sessions().remove(session);
            }
            assertNull(socket.goodbye());
            socket.heard();
            tick();
        }
        assertNull(socket.goodbye(), "a page that heard of the end may want to begin anew");
        tick();
        assertEquals(4408, Objects.requireNonNull(socket.goodbye()).code());
        IntStream.range(0, 7).forEach(i -> tick());
        assertTrue(ear.cut, "it did not answer the close frame");
    }

    @Test
    void shouldNotWaitForTheRestOfAMessageForLong() {
        play();
        socket.onText("{", false);
        for (int i = 0; i < 8; i++) {
            tick();
            assertNull(socket.goodbye());
        }
        tick();
        assertEquals(4408, Objects.requireNonNull(socket.goodbye()).code());
    }

    @Test
    void shouldHoldAFewMessagesInTheMakingOnly() {
        List<SignalSocket> slow = new ArrayList<>();
        for (int i = 0; i < Signals.MAX_IN_THE_MAKING; i++) {
            slow.add(signals.open(peer("203.0.113.7"), new Ear()));
            slow.getLast().onText("{", false);
        }
        SignalSocket late = signals.open(peer("203.0.113.7"), new Ear());
        late.onText("{", false);
        assertTrue(String.valueOf(late.next()).contains("\"status\":503"));
        slow.getFirst().onClosed();
        slow.getFirst().onClosed();
        assertTrue(one("{'type':'dance'}").contains("unknown-message"), "its place is given back, once");
    }

    @Test
    void shouldTellOfTheDrain() {
        play();
        signals.drain();
        assertTrue(String.join("", said()).startsWith("{\"type\":\"drain\",\"detail\":\""));
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                "none, true",
                "https://example.net, true",
                "https://example.com, false",
                "https://spillway.example:8443, true",
                "http://spillway.example:8443, true",
                "https://spillway.example, false",
                "null, false"
            })
    void shouldLetPagesOfAllowedOriginsIn(String origin, boolean allowed) {
        Signals some = new Signals(resources, sfu, Set.of("https://example.net"), status -> "{}", nowNs::get);
        Caller caller = new Caller(InetAddress.ofLiteral("203.0.113.7"), "spillway.example:8443", origin, false);
        assertEquals(allowed, some.judge(caller) == null);
        assertNull(signals.judge(caller), "none listed is every one");
    }

    private static Peer peer(String address) {
        return new Peer(
                new Caller(InetAddress.ofLiteral(address), "spillway.example", null, false), "", "a test", true, null);
    }

    private void tick() {
        nowNs.addAndGet(SECOND_NS);
        signals.tick();
    }

    private void stand(boolean live, int viewers) {
        sfu.stands(new StreamStatus(
                SHOW, live, live ? Instant.EPOCH : null, live ? "test" : null, viewers, List.of(), List.of()));
    }

    private String publisher() {
        return session(one("{'type':'publish','key':'key-show','sdp':'" + OFFER + "'}"));
    }

    /** A viewer's session, of a stream that is published elsewhere. */
    private String play() {
        if (sfu.sessions().isEmpty()) {
            SignalSocket elsewhere = signals.open(peer("203.0.113.9"), new Ear());
            elsewhere.onText("{\"type\":\"publish\",\"key\":\"key-show\",\"sdp\":\"v=0\"}", true);
            signals.forget(elsewhere);
        }
        return session(one("{'type':'play','stream':'show','sdp':'" + OFFER + "'}"));
    }

    private static String session(String answer) {
        Matcher found = SESSION.matcher(answer);
        assertTrue(found.find(), answer);
        return found.group(1);
    }

    private void assertProblem(int status, String type, String message) {
        String refused = one(message);
        assertTrue(refused.contains("problem:" + type + "\""), refused);
        assertTrue(refused.contains("\"status\":" + status), refused);
    }

    /** The one message that comes back. */
    private String one(String message) {
        List<String> all = all(message);
        assertEquals(1, all.size(), all::toString);
        return all.getFirst();
    }

    /** All that comes back; {@code message} has single quotes for double ones. */
    private List<String> all(String message) {
        socket.onText(message.replace('\'', '"'), true);
        return said();
    }

    private List<String> said() {
        List<String> said = new ArrayList<>();
        for (String next = socket.next(); next != null; next = socket.next()) {
            said.add(next);
        }
        return said;
    }

    private long count(String name, String label) {
        List<Sfu.Counter> all = new ArrayList<>(resources.counters());
        all.addAll(signals.counters());
        return all.stream()
                .filter(counter ->
                        counter.name().equals(name) && counter.label().equals(label))
                .mapToLong(Sfu.Counter::value)
                .sum();
    }
}
