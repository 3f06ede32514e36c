package io.spillway.whipwhep.jetty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spillway.whipwhep.Policy;
import java.net.http.HttpClient.Version;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What each method on each address answers, over HTTP/1.1 and h2c.
 *
 * <p>The stream {@code show} has the publish key {@code key-show} and is live, {@code closed} has {@code key-closed}, is live and
 * can be watched with {@code ticket}. SHOW and VIEW in a path stand for the session ids of show's publisher and viewer.
 *
 * <p>A row: what | method path | header lines | body | status | expected header lines. Lines are parted by {@code +}; expected is
 * {@code Name: value}, or {@code Name} where it stands once with any value, or {@code !Name} where it does not stand.
 */
final class HttpRowsTest {

    private static final String PUBLISHING = """
            W1 W2 publish               | POST /whip/show  | SDP + KEY | OFFER | 201 | SDP + Location + FIRST_TAG
            MediaMTX alias              | POST /show/whip  | SDP + KEY | OFFER | 201 | SDP + Location
            bearer names the stream     | POST /whip       | SDP + KEY | OFFER | 201 | SDP + Location
            trailing slash              | POST /whip/show/ | SDP + KEY | OFFER | 201 | Location
            W7 case and charset         | POST /whip/show  | Content-Type: Application/SDP; charset="latin-1" + KEY | OFFER | 201 | SDP
            W7 senseless parameters     | POST /whip/show  | Content-Type: application/sdp;;charset=;x + KEY | OFFER | 201 | SDP
            W9 Accept excludes sdp      | POST /whip/show  | SDP + KEY + Accept: text/html | OFFER | 201 | SDP
            W9 Accept any               | POST /whip/show  | SDP + KEY + Accept: */* | OFFER | 201 | SDP
            W24 scheme in other case    | POST /whip/show  | SDP + Authorization: bEARER  key-show | OFFER | 201 | Location
            W25 bare key                | POST /whip/show  | SDP + Authorization: key-show | OFFER | 201 | Location
            W25 key in query            | POST /whip/show?token=key-show       | SDP | OFFER | 201 | Location
            W25 escaped key in query    | POST /whip/show?x=1&token=key%2dshow | SDP | OFFER | 201 | Location
            W25 header wins over query  | POST /whip/show?token=wrong | SDP + KEY | OFFER | 201 | Location
            W24 no key                  | POST /whip/show  | SDP | OFFER | 401 | WWW-Authenticate: Bearer + PROBLEM
            W24 wrong key               | POST /whip/show  | SDP + Authorization: Bearer nope | OFFER | 401 | INVALID_TOKEN
            W24 wrong key in query      | POST /whip/show?token=nope | SDP | OFFER | 401 | INVALID_TOKEN
            W24 another scheme          | POST /whip/show  | SDP + Authorization: Basic a2V5LXNob3c= | OFFER | 401 | INVALID_TOKEN
            W24 bearer without token    | POST /whip/show  | SDP + Authorization: Bearer | OFFER | 401 | INVALID_TOKEN
            W24 key of another stream   | POST /whip/other | SDP + KEY | OFFER | 403 | PROBLEM + !WWW-Authenticate
            no key names no stream      | POST /whip       | SDP | OFFER | 401 | WWW-Authenticate: Bearer
            two keys                    | POST /whip/show  | SDP + KEY + CLOSED_KEY | OFFER | 400 | PROBLEM
            W6 another media type       | POST /whip/show  | Content-Type: application/json + KEY | JSON | 415 | PROBLEM + Accept-Post: application/sdp
            W6 a longer media type      | POST /whip/show  | Content-Type: application/sdpx + KEY | OFFER | 415 | PROBLEM
            W6 no media type            | POST /whip/show  | KEY | OFFER | 415 | PROBLEM
            W6 two media types          | POST /whip/show  | SDP + Content-Type: text/plain + KEY | OFFER | 400 | PROBLEM
            coded body                  | POST /whip/show  | SDP + KEY + Content-Encoding: gzip | OFFER | 415 | PROBLEM
            identity coding             | POST /whip/show  | SDP + KEY + Content-Encoding: identity | OFFER | 201 | Location
            W6 no SDP                   | POST /whip/show  | SDP + KEY | RUBBISH | 400 | PROBLEM + !Location
            W6 empty body               | POST /whip/show  | SDP + KEY | | 400 | PROBLEM
            W6 unsupported              | POST /whip/show  | SDP + KEY | PCMU | 422 | PROBLEM + !Location
            a bug is a 500              | POST /whip/show  | SDP + KEY | BOOM | 500 | PROBLEM
            bad name                    | POST /whip/sh.ow | SDP + KEY | OFFER | 400 | PROBLEM
            bad UTF-8 in query          | POST /whip/show?token=%ff | SDP | OFFER | 401 | INVALID_TOKEN
            other parameters            | POST /whip/show?a=%ff&b&=&&token | SDP + KEY | OFFER | 201 | Location
            """;

    private static final String DISCOVERING = """
            W11 GET endpoint            | GET /whip/show        | | | 204 | !Content-Type
            W11 HEAD endpoint           | HEAD /whip/show       | | | 204 | !Content-Type
            W11 GET bare endpoint       | GET /whip             | | | 204 | !Content-Type
            W11 GET session             | GET /whip/show/SHOW   | | | 204 | !Content-Type
            W11 HEAD session            | HEAD /whip/show/SHOW  | | | 204 | !Content-Type
            W26 GET guessed session     | GET /whip/show/guess  | | | 404 | PROBLEM
            W26 HEAD guessed session    | HEAD /whip/show/guess | | | 404 | PROBLEM
            P5 GET                      | GET /whep/show        | | | 200 | SDP + Content-Length: 0
            P5 HEAD                     | HEAD /whep/show       | | | 200 | SDP + Content-Length: 0
            P5 HEAD alias               | HEAD /show/whep       | | | 200 | SDP + Content-Length: 0
            GET viewer session          | GET /whep/show/VIEW   | | | 204 | !Content-Type
            W14 OPTIONS endpoint        | OPTIONS /whip/show      | | | 200 | Accept-Post: application/sdp + ENDPOINT_ALLOW + METHODS
            W14 OPTIONS session         | OPTIONS /whip/show/SHOW | | | 200 | SESSION_ALLOW + ACCEPT_PATCH + !Accept-Post
            W13 W15 preflight, no key   | OPTIONS /whip/show      | Origin: https://a.example + Access-Control-Request-Method: POST   | | 204 | METHODS + HEADERS + !Link
            W13 preflight session       | OPTIONS /whep/show/VIEW | Origin: null + Access-Control-Request-Method: DELETE | | 204 | METHODS + HEADERS
            preflight of a bad name     | OPTIONS /whip/sh.ow     | Origin: https://a.example + Access-Control-Request-Method: POST   | | 204 | METHODS + HEADERS
            """;

    private static final String REFUSING = """
            W12 PUT                     | PUT /whip/show            | SDP + KEY | OFFER | 405 | ENDPOINT_ALLOW + PROBLEM
            W12 DELETE endpoint         | DELETE /whip/show         | KEY       | | 405 | ENDPOINT_ALLOW
            W12 PATCH endpoint          | PATCH /whep/show          | FRAG      | FRAGMENT | 405 | ENDPOINT_ALLOW
            W12 POST session            | POST /whip/show/SHOW      | SDP + KEY | OFFER | 405 | SESSION_ALLOW
            W12 PUT session             | PUT /whip/show/SHOW       | SDP + KEY | OFFER | 405 | SESSION_ALLOW
            W12 unknown method          | BREW /whip/show           | | | 405 | ENDPOINT_ALLOW
            W12 method in lower case    | post /whip/show           | SDP + KEY | OFFER | 405 | ENDPOINT_ALLOW
            below a session             | POST /whip/show/SHOW/more | SDP + KEY | OFFER | 404 | PROBLEM
            W17 PATCH unknown           | PATCH /whip/show/guess    | FRAG + KEY | FRAGMENT | 404 | PROBLEM
            W24 PATCH without key       | PATCH /whip/show/SHOW     | FRAG | FRAGMENT | 401 | WWW-Authenticate: Bearer
            """;

    private static final String PATCHING = """
            W33 trickle                 | PATCH /whip/show/SHOW   | FRAG + KEY + If-Match: "first" | FRAGMENT | 204 | !ETag + !Content-Type
            W33 no credentials          | PATCH /whip/show/SHOW   | FRAG + KEY + If-Match: "first" | CANDIDATE | 204 | !ETag
            W33 one tag of several      | PATCH /whip/show/SHOW   | FRAG + KEY + If-Match: "x", "first" | FRAGMENT | 204 | !ETag
            W37 no If-Match             | PATCH /whep/show/VIEW   | FRAG | FRAGMENT | 204 | !ETag + !Content-Type
            W37 nothing names it        | PATCH /whep/show/VIEW   | FRAG | CANDIDATE | 428 | PROBLEM
            W37 another generation      | PATCH /whep/show/VIEW   | FRAG | RESTART | 428 | PROBLEM
            W36 stale tag               | PATCH /whip/show/SHOW   | FRAG + KEY + If-Match: "second" | FRAGMENT | 412 | PROBLEM + !ETag
            W36 weak tag                | PATCH /whip/show/SHOW   | FRAG + KEY + If-Match: W/"first" | FRAGMENT | 412 | PROBLEM
            W36 tag without quotes      | PATCH /whip/show/SHOW   | FRAG + KEY + If-Match: first | FRAGMENT | 412 | PROBLEM
            W36 tag and credentials     | PATCH /whip/show/SHOW   | FRAG + KEY + If-Match: "first" | RESTART | 412 | PROBLEM
            W38 restart                 | PATCH /whip/show/SHOW   | FRAG + KEY + If-Match: * | RESTART | 200 | FRAG + ETag: "second"
            W38 viewer's restart        | PATCH /whep/show/VIEW   | FRAG + If-Match: * | RESTART | 200 | FRAG + ETag: "second"
            W38 no credentials          | PATCH /whip/show/SHOW   | FRAG + KEY + If-Match: * | CANDIDATE | 400 | PROBLEM
            W38 half new                | PATCH /whip/show/SHOW   | FRAG + KEY + If-Match: * | FRAGMENT | 422 | PROBLEM
            W40 odd candidates          | PATCH /whip/show/SHOW   | FRAG + KEY + If-Match: "first" | ODD | 204 | !ETag
            W32 malformed               | PATCH /whip/show/SHOW   | FRAG + KEY + If-Match: "first" | RUBBISH | 400 | PROBLEM
            W32 half of the credentials | PATCH /whip/show/SHOW   | FRAG + KEY + If-Match: * | HALF | 400 | PROBLEM
            W32 empty                   | PATCH /whip/show/SHOW   | FRAG + KEY + If-Match: "first" | | 400 | PROBLEM
            W32 too large               | PATCH /whip/show/SHOW   | FRAG + KEY + If-Match: "first" | HUGE | 413 | PROBLEM
            W32 PATCH, wrong type       | PATCH /whip/show/SHOW   | SDP + KEY | OFFER | 415 | PROBLEM + ACCEPT_PATCH + !Accept-Post
            W32 PATCH, no type          | PATCH /whip/show/SHOW   | KEY | FRAGMENT | 415 | PROBLEM + ACCEPT_PATCH
            W32 PATCH, two types        | PATCH /whip/show/SHOW   | FRAG + SDP + KEY | FRAGMENT | 400 | PROBLEM
            W32 PATCH, coded            | PATCH /whip/show/SHOW   | FRAG + KEY + Content-Encoding: gzip | FRAGMENT | 415 | PROBLEM
            X19 key of another stream   | PATCH /whip/show/SHOW   | FRAG + CLOSED_KEY | FRAGMENT | 403 | PROBLEM
            X19 under another stream    | PATCH /whip/closed/SHOW | FRAG + CLOSED_KEY | FRAGMENT | 404 | PROBLEM
            X19 viewer as publisher     | PATCH /whip/show/VIEW   | FRAG + KEY + If-Match: * | RESTART | 404 | PROBLEM
            """;

    private static final String ENDING = """
            W18 DELETE                  | DELETE /whip/show/SHOW    | KEY | | 200 | Content-Length: 0
            W19 If-Match ignored        | DELETE /whip/show/SHOW    | KEY + If-Match: "other" | | 200 | Content-Length: 0
            W25 DELETE, key in query    | DELETE /whip/show/SHOW?token=key-show | | | 200 | Content-Length: 0
            W17 DELETE unknown          | DELETE /whip/show/guess   | KEY | | 404 | PROBLEM
            W24 DELETE without key      | DELETE /whip/show/SHOW    | | | 401 | WWW-Authenticate: Bearer
            X19 key of another stream   | DELETE /whip/show/SHOW    | CLOSED_KEY | | 403 | PROBLEM
            X19 under another stream    | DELETE /whip/closed/SHOW  | CLOSED_KEY | | 404 | PROBLEM
            X19 publisher as viewer     | DELETE /whep/show/SHOW    | | | 404 | PROBLEM
            X19 viewer as publisher     | DELETE /whip/show/VIEW    | KEY | | 404 | PROBLEM
            viewer leaves               | DELETE /whep/show/VIEW    | | | 200 | Content-Length: 0
            """;

    private static final String PLAYING = """
            P1 W35 play                 | POST /whep/show   | SDP | OFFER | 201 | SDP + Location + FIRST_TAG
            alias                       | POST /show/whep   | SDP | OFFER | 201 | SDP + Location
            bearer names the stream     | POST /whep        | SDP + Authorization: Bearer show | OFFER | 201 | Location
            bearer names, query opens   | POST /whep?token=ticket | SDP + Authorization: Bearer closed | OFFER | 201 | Location
            bearer is no name           | POST /whep        | SDP + Authorization: Bearer a.b | OFFER | 400 | PROBLEM
            nothing names the stream    | POST /whep?token=ticket | SDP | OFFER | 401 | PROBLEM
            P3 nobody publishes         | POST /whep/quiet  | SDP | OFFER | 409 | Retry-After: 2 + PROBLEM
            P7 codec mismatch           | POST /whep/show   | SDP | PCMU | 422 | PROBLEM
            token missing               | POST /whep/closed | SDP | OFFER | 401 | WWW-Authenticate: Bearer
            token by header             | POST /whep/closed | SDP + Authorization: Bearer ticket | OFFER | 201 | Location
            token by query              | POST /whep/closed?token=ticket | SDP | OFFER | 201 | Location
            EYE's raw token             | POST /whep/closed | SDP + Authorization: ticket | OFFER | 201 | Location
            """;

    private static final String CHOOSING = """
            P18 choose                  | POST /whep/show/VIEW/layer  | Content-Type: application/json | WISH | 200 | Content-Length: 0
            P18 choose nothing          | POST /whep/show/VIEW/layer  | Content-Type: application/json; charset=utf-8 | JSON | 200 | Content-Length: 0
            P18 automatic again         | DELETE /whep/show/VIEW/layer | | | 200 | Content-Length: 0
            P18 unknown encoding        | POST /whep/show/VIEW/layer  | Content-Type: application/json | NO_SUCH | 422 | PROBLEM
            P18 not JSON                | POST /whep/show/VIEW/layer  | Content-Type: application/json | OFFER | 400 | PROBLEM
            P18 number out of range     | POST /whep/show/VIEW/layer  | Content-Type: application/json | TOO_HIGH | 400 | PROBLEM
            P18 another type            | POST /whep/show/VIEW/layer  | SDP | JSON | 415 | PROBLEM
            P18 too large               | POST /whep/show/VIEW/layer  | Content-Type: application/json | LARGE | 413 | PROBLEM
            P18 unknown session         | POST /whep/show/guess/layer | Content-Type: application/json | JSON | 404 | PROBLEM
            P18 of a publisher          | POST /whip/show/SHOW/layer  | Content-Type: application/json + KEY | JSON | 404 | PROBLEM
            P18 under another stream    | POST /whep/closed/VIEW/layer?token=ticket | Content-Type: application/json | JSON | 404 | PROBLEM
            P18 without the play token  | POST /whep/closed/VIEW/layer | Content-Type: application/json | JSON | 401 | PROBLEM
            P18 GET                     | GET /whep/show/VIEW/layer   | | | 405 | LAYER_ALLOW + PROBLEM
            P18 OPTIONS                 | OPTIONS /whep/show/VIEW/layer | | | 200 | LAYER_ALLOW
            P18 deeper                  | POST /whep/show/VIEW/layer/x | Content-Type: application/json | JSON | 404 | PROBLEM
            """;

    private static final String FOLLOWING = """
            P13 every event             | POST /whep/show/VIEW/events  | | | 201 | Location + Content-Length: 0
            P13 some events             | POST /whep/show/VIEW/events  | Content-Type: application/json | NAMES | 201 | Location
            P13 an unknown event        | POST /whep/show/VIEW/events  | Content-Type: application/json | SCTE35 | 400 | PROBLEM + !Location
            P13 no event                | POST /whep/show/VIEW/events  | Content-Type: application/json | NO_NAMES | 400 | PROBLEM
            P13 an object               | POST /whep/show/VIEW/events  | Content-Type: application/json | JSON | 400 | PROBLEM
            P13 numbers                 | POST /whep/show/VIEW/events  | Content-Type: application/json | NUMBERS | 400 | PROBLEM
            P13 not JSON                | POST /whep/show/VIEW/events  | Content-Type: application/json | OFFER | 400 | PROBLEM
            P13 another type            | POST /whep/show/VIEW/events  | SDP | NAMES | 415 | PROBLEM
            P13 too large               | POST /whep/show/VIEW/events  | Content-Type: application/json | LARGE | 413 | PROBLEM
            P13 unknown session         | POST /whep/show/guess/events | | | 404 | PROBLEM
            P13 of a publisher          | POST /whip/show/SHOW/events  | KEY | | 404 | PROBLEM
            P13 under another stream    | POST /whep/closed/VIEW/events?token=ticket | | | 404 | PROBLEM
            P13 without the play token  | POST /whep/closed/VIEW/events | | | 401 | PROBLEM
            P13 GET where they are made | GET /whep/show/VIEW/events   | | | 405 | EVENTS_ALLOW + PROBLEM
            P13 OPTIONS                 | OPTIONS /whep/show/VIEW/events | | | 200 | EVENTS_ALLOW
            P13 unknown event stream    | GET /whep/show/VIEW/events/guess | | | 404 | PROBLEM
            P13 DELETE unknown          | DELETE /whep/show/VIEW/events/guess | | | 404 | PROBLEM
            P13 POST to an event stream | POST /whep/show/VIEW/events/guess | | | 405 | FEED_ALLOW + PROBLEM
            P13 OPTIONS of one          | OPTIONS /whep/show/VIEW/events/guess | | | 200 | FEED_ALLOW
            """;

    /** Paths of the other rooms, and some that only look like ours. 299 is what the handler behind ours answers. */
    private static final String FALLING_THROUGH = """
            root         | GET /                | | | 299 |
            longer name  | GET /whips/show      | | | 299 |
            other case   | GET /Whip/show       | | | 299 |
            a stream     | GET /show            | | | 299 |
            below alias  | GET /show/whip/more  | | | 299 |
            watch page   | GET /watch/whip      | | | 299 |
            publish page | GET /publish/whep    | | | 299 |
            playlist     | GET /hls/whep        | | | 299 |
            control      | GET /api/v1/streams  | | | 299 |
            """;

    private static final String FRAGMENT_TYPE = "Content-Type: application/trickle-ice-sdpfrag";

    private static final Map<String, String> LINES = Map.ofEntries(
            Map.entry("SDP", "Content-Type: application/sdp"),
            Map.entry("FRAG", FRAGMENT_TYPE),
            Map.entry("PROBLEM", "Content-Type: application/problem+json"),
            Map.entry("KEY", "Authorization: Bearer key-show"),
            Map.entry("CLOSED_KEY", "Authorization: Bearer key-closed"),
            Map.entry("INVALID_TOKEN", "WWW-Authenticate: Bearer error=\"invalid_token\""),
            Map.entry("ENDPOINT_ALLOW", "Allow: POST, GET, HEAD, OPTIONS"),
            Map.entry("SESSION_ALLOW", "Allow: DELETE, PATCH, GET, HEAD, OPTIONS"),
            Map.entry("EVENTS_ALLOW", "Allow: POST, OPTIONS"),
            Map.entry("FEED_ALLOW", "Allow: GET, DELETE, OPTIONS"),
            Map.entry("LAYER_ALLOW", "Allow: POST, DELETE, OPTIONS"),
            Map.entry("METHODS", "Access-Control-Allow-Methods: POST, PATCH, DELETE, OPTIONS, GET, HEAD"),
            Map.entry("FIRST_TAG", "ETag: \"first\""),
            Map.entry("ACCEPT_PATCH", "Accept-Patch: application/trickle-ice-sdpfrag"),
            Map.entry("HEADERS", "Access-Control-Allow-Headers: Authorization, Content-Type, If-Match"));

    private static final Map<String, String> BODIES = Map.ofEntries(
            Map.entry("", ""),
            Map.entry("OFFER", TestServer.OFFER),
            Map.entry("PCMU", TestServer.OFFER + "a=rtpmap:0 PCMU/8000\r\n"),
            Map.entry("BOOM", TestServer.OFFER + "s=boom\r\n"),
            Map.entry("RUBBISH", "hello \"\\\u0001\u00e9\ud83d\ude00"),
            Map.entry("JSON", "{}"),
            Map.entry("NAMES", "[\"active\",\"layers\"]"),
            Map.entry("NO_NAMES", "[]"),
            Map.entry("NUMBERS", "[1]"),
            Map.entry("SCTE35", "[\"active\",\"scte35\"]"),
            Map.entry("WISH", "{\"mediaId\":\"1\",\"encodingId\":\"h\",\"maxHeight\":480}"),
            Map.entry("NO_SUCH", "{\"rid\":\"x\"}"),
            Map.entry("TOO_HIGH", "{\"spatialLayerId\":8}"),
            Map.entry("LARGE", "{\"x\":\"" + "y".repeat(5_000) + "\"}"),
            Map.entry("FRAGMENT", TestServer.FRAGMENT),
            Map.entry("CANDIDATE", "a=candidate:1 1 udp 1 192.0.2.1 5000 typ host\r\n"),
            Map.entry("RESTART", TestServer.FRAGMENT.replace("EsAw", "n3wU").replace("P2uY", "n3wP")),
            Map.entry("HALF", "a=ice-ufrag:n3wU\r\n"),
            Map.entry(
                    "ODD",
                    TestServer.FRAGMENT
                            + "a=candidate:1 1 tcp 1 192.0.2.1 9 typ host tcptype active\r\n"
                            + "a=candidate:1 1 udp 1 4443c617-c555-42ae-8071-762300f6a276.local 41307 typ host\r\n"
                            + "a=candidate:1 1 sctp 1 192.0.2.1 443 typ host\r\n"),
            Map.entry("HUGE", "a=x\r\n".repeat(20_000)));

    static Stream<Arguments> rows() {
        List<String> rows = Stream.of(
                        PUBLISHING,
                        DISCOVERING,
                        REFUSING,
                        PATCHING,
                        ENDING,
                        PLAYING,
                        CHOOSING,
                        FOLLOWING,
                        FALLING_THROUGH)
                .flatMap(String::lines)
                .toList();
        return Stream.of(Version.HTTP_1_1, Version.HTTP_2)
                .flatMap(version -> rows.stream().map(row -> Arguments.of(version, row)));
    }

    private TestServer server;
    private String show;
    private String view;

    @BeforeEach
    void start() throws Exception {
        server = TestServer.with(new Keys()
                .publishKey("key-show", "show")
                .publishKey("key-closed", "closed")
                .playToken("closed", "ticket"));
        Clients client = new Clients(server, Version.HTTP_1_1);
        client.post("/whip/closed", TestServer.OFFER, "Authorization: Bearer key-closed");
        show = Clients.sessionId(client.post("/whip/show", TestServer.OFFER, "Authorization: Bearer key-show"));
        view = Clients.sessionId(client.post("/whep/show", TestServer.OFFER));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("rows")
    void shouldAnswerAsTheRowSays(Version version, String row) throws Exception {
        String[] cells = row.split("\\|", -1);
        String[] methodAndPath = cells[1].strip().split(" ", 2);
        String path = methodAndPath[1].replace("SHOW", show).replace("VIEW", view);
        int status = Integer.parseInt(cells[4].strip());
        int madeBefore = server.sfu.made();

        Clients client = new Clients(server, version);
        // Jetty takes the upgrade to h2c on a request without body; the next one, of any kind, uses that connection.
        client.send("GET", "/", "");
        HttpResponse<String> reply = client.send(
                methodAndPath[0], path, body(cells[3].strip()), lines(cells[2]).toArray(new String[0]));

        assertEquals(version, reply.version(), "protocol spoken");
        assertEquals(status, reply.statusCode(), reply::body);
        lines(cells[5]).forEach(expected -> assertHeader(expected, reply));
        boolean opened = status == 201 && !path.endsWith("/events");
        assertEquals(opened ? 1 : 0, server.sfu.made() - madeBefore, "sessions made");
        if (status != TestServer.FELL_THROUGH) {
            assertCors(reply);
        }
        if (opened) {
            assertEquals(MemorySfu.ANSWER, reply.body());
        }
        if (status == 200 && methodAndPath[0].equals("PATCH")) {
            assertEquals(MemorySfu.FRAGMENT_ANSWER, reply.body());
        }
        if (status >= 400 && !methodAndPath[0].equals("HEAD")) {
            assertProblem(reply);
        }
    }

    /** W36; and what is lenient by default is strict where the operator says so. */
    @ParameterizedTest
    @EnumSource(Version.class)
    void shouldAskForIfMatchWhenStrict(Version version) throws Exception {
        try (TestServer strict = TestServer.with(Policy.standard().withStrictIfMatch(true))) {
            Clients client = new Clients(strict, version);
            client.send("GET", "/", "");
            String session = client.post("/whip/show", TestServer.OFFER)
                    .headers()
                    .firstValue("Location")
                    .orElseThrow();

            HttpResponse<String> untagged = client.send("PATCH", session, TestServer.FRAGMENT, FRAGMENT_TYPE);
            HttpResponse<String> tagged =
                    client.send("PATCH", session, TestServer.FRAGMENT, FRAGMENT_TYPE, "If-Match: \"first\"");
            HttpResponse<String> restarted =
                    client.send("PATCH", session, body("RESTART"), FRAGMENT_TYPE, "If-Match: *");
            HttpResponse<String> stale =
                    client.send("PATCH", session, TestServer.FRAGMENT, FRAGMENT_TYPE, "If-Match: \"first\"");
            HttpResponse<String> next =
                    client.send("PATCH", session, body("RESTART"), FRAGMENT_TYPE, "If-Match: \"second\"");

            assertEquals(428, untagged.statusCode());
            assertProblem(untagged);
            assertEquals(204, tagged.statusCode());
            assertEquals(200, restarted.statusCode());
            assertEquals(412, stale.statusCode());
            assertProblem(stale);
            assertEquals(204, next.statusCode());
        }
    }

    private static String body(String name) {
        return BODIES.getOrDefault(name, "no such body");
    }

    private static List<String> lines(String cell) {
        return Stream.of(cell.split(" \\+ ", -1))
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .map(line -> LINES.getOrDefault(line, line))
                .toList();
    }

    private static void assertHeader(String expected, HttpResponse<String> reply) {
        if (expected.startsWith("!")) {
            assertEquals(List.of(), reply.headers().allValues(expected.substring(1)), expected);
            return;
        }
        int colon = expected.indexOf(": ");
        List<String> values = reply.headers().allValues(colon < 0 ? expected : expected.substring(0, colon));
        assertEquals(1, values.size(), () -> expected + " in " + reply.headers());
        if (colon >= 0) {
            assertEquals(expected.substring(colon + 2), values.getFirst());
        }
    }

    /** W16: on every reply, errors too. */
    private static void assertCors(HttpResponse<String> reply) {
        assertHeader("Access-Control-Allow-Origin: *", reply);
        assertHeader(
                "Access-Control-Expose-Headers: Location, Link, ETag, Retry-After, Accept-Patch, Accept-Post, WWW-Authenticate",
                reply);
        assertHeader("!Access-Control-Allow-Credentials", reply);
    }

    /** W8. */
    private static void assertProblem(HttpResponse<String> reply) throws Exception {
        JsonNode problem = new ObjectMapper().readTree(reply.body());
        assertEquals(reply.statusCode(), problem.path("status").asInt());
        assertTrue(problem.path("type").asText().matches("urn:spillway:problem:[a-z0-9-]+"), reply::body);
        assertTrue(problem.path("title").asText().length() > 3, reply::body);
        assertTrue(problem.path("detail").asText().length() > 5, reply::body);
    }
}
