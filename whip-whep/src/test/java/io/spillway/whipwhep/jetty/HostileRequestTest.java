package io.spillway.whipwhep.jetty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests that no client sends unless it means harm. X14, X20. */
final class HostileRequestTest {

    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server = TestServer.open();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** 400s of the paths that are not ours any more come from Jetty, which never lets them as far as a handler. */
    @ParameterizedTest
    @CsvSource(textBlock = """
            /whip/show%2fother,          400
            /whip/%2e%2e/show,           400
            /whip/../whip/show,          201
            /whip/./show,                201
            /whip/../../etc/passwd,      400
            /whip/show%00,               400
            /whip/%73how,                201
            /whip/show%0d%0aX:%20y,      400
            /whip/sh%c3%b6w,             400
            /whip/sh%ffw,                400
            /whip/sh%u0041w,             400
            /whip/sh%25%6fw,             400
            /whip/show%20,               400
            /whip/show;a=b,              201
            /whip//show,                 400
            //whip/show,                 400
            /whip/show//,                400
            /whip/show%5cother,          400
            /whip/show/..%2fother,       400
            /whip/show/id%0a,            400
            /whip/show/i.d,              404
            /whip/show?token=%25%2,      400
            /whip/show#fragment,         400
            """)
    void shouldRefuseOrResolveAPathTrick(String path, int status) throws Exception {
        RawHttp.RawReply reply = RawHttp.exchange(server, post(path, ""));

        assertEquals(status, reply.status(), reply::body);
        assertEquals(status == 201 ? 1 : 0, server.sfu.made());
        server.sfu
                .sessions()
                .values()
                .forEach(held -> assertEquals("show", held.stream().value()));
    }

    @Test
    void shouldRefuseAPathWithBareControls() throws Exception {
        for (String path : new String[] {"/whip/sh\0ow", "/whip/sh\u00f6w", "/whip/sh\tow", "/whip/sh ow"}) {
            assertEquals(400, RawHttp.exchange(server, post(path, "")).status(), path);
        }
        assertEquals(0, server.sfu.made());
    }

    @Test
    void shouldRefuseNamesAndIdsThatAreTooLong() throws Exception {
        assertEquals(
                201,
                RawHttp.exchange(server, post("/whip/" + "a".repeat(64), "")).status());
        assertEquals(
                400,
                RawHttp.exchange(server, post("/whip/" + "a".repeat(65), "")).status());
        assertEquals(
                404,
                RawHttp.exchange(server, "DELETE /whip/show/" + "a".repeat(4000) + " HTTP/1.1\r\nHost: a\r\n\r\n")
                        .status());
        assertEquals(
                414,
                RawHttp.exchange(server, post("/whip/" + "a".repeat(20_000), ""))
                        .status());
    }

    @Test
    void shouldRefuseATokenThatIsTooLong() throws Exception {
        assertEquals(
                400,
                RawHttp.exchange(server, post("/whip/show", "Authorization: Bearer " + "k".repeat(4097) + "\r\n"))
                        .status());
        assertEquals(
                201,
                RawHttp.exchange(server, post("/whip/show", "Authorization: Bearer " + "k".repeat(4096) + "\r\n"))
                        .status());
    }

    @Test
    void shouldNeverEchoALineBreak() throws Exception {
        String body = "evil\r\nX-Injected: yes\r\n\r\n<script>";
        RawHttp.RawReply reply = RawHttp.exchange(
                server,
                "POST /whip/show HTTP/1.1\r\nHost: a\r\nContent-Type: application/sdp\r\nContent-Length: "
                        + body.length() + "\r\n\r\n" + body);

        assertEquals(400, reply.status());
        assertTrue(reply.values("X-Injected").isEmpty());
        assertFalse(reply.body().contains("\n"), reply::body);
    }

    @Test
    void shouldCutWhatAgentsCallThemselves() throws Exception {
        RawHttp.exchange(server, post("/whip/show", "User-Agent: " + "x".repeat(3000) + "\r\n"));

        assertEquals(
                200,
                server.sfu
                        .sessions()
                        .values()
                        .iterator()
                        .next()
                        .request()
                        .userAgent()
                        .length());
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            192.0.2.7:8080,      192.0.2.7
            192.0.2.7,           192.0.2.7
            [2001:db8::1]:8080,  2001:db8:0:0:0:0:0:1
            localhost:8080,      127.0.0.1
            LOCALHOST,           127.0.0.1
            media.example:80,
            127.1,
            2130706433,
            999.1.1.1,
            """)
    void shouldTakeTheServersAddressFromTheHostOnlyWhenItIsOne(String host, String address) throws Exception {
        String request = post("/whip/show", "").replace("Host: a", "Host: " + host);

        assertEquals(201, RawHttp.exchange(server, request).status());

        var seen = server.sfu.sessions().values().iterator().next().request().serverAddress();
        assertEquals(address, seen == null ? null : seen.getHostAddress());
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            Forwarded: for=203.0.113.9,     true
            X-Forwarded-For: 203.0.113.9,   true
            x-forwarded-host: localhost,    true
            X-Forwarded-Proto: https,       true
            X-Real-IP: 203.0.113.9,         true
            Via: 1.1 proxy,                 true
            X-Other: 1,                     false
            """)
    void shouldTellAdmissionOfAProxy(String line, boolean forwarded) throws Exception {
        String request = post("/whip/show", line + "\r\nOrigin: https://evil.example\r\n");
        RawHttp.exchange(server, request.replace("Host: a", "Host: a:81"));

        var caller = server.keys.callers().remove();
        assertEquals(forwarded, caller.forwarded());
        assertEquals("https://evil.example", caller.origin());
        assertEquals("a:81", caller.host());
        assertTrue(caller.address().isLoopbackAddress());
    }

    /** Whatever the bytes: a reply or a close, and the server serves on. */
    @Test
    void shouldOutliveRandomRequests() throws Exception {
        Random random = new Random(20_261_120);
        String[] parts = {
            "POST",
            "DELETE",
            " ",
            "/whip/",
            "/whep",
            "show",
            "%2f",
            "..",
            "?token=",
            " HTTP/1.1",
            "\r\n",
            "\n",
            "\r",
            "Host: a",
            "Content-Type: application/sdp",
            "Content-Length: ",
            "4",
            "-1",
            "Authorization: ",
            "Bearer ",
            "\0",
            "\u00ff",
            ":",
            ";",
            "\"",
            "Transfer-Encoding: chunked",
            "v=0",
            "Accept-Encoding"
        };
        for (int i = 0; i < 500; i++) {
            StringBuilder request = new StringBuilder(random.nextInt(4) == 0 ? "" : "POST /whip/show HTTP/1.1\r\n");
            for (int n = random.nextInt(20); n > 0; n--) {
                request.append(parts[random.nextInt(parts.length)]);
            }
            try (RawHttp raw = new RawHttp(server)) {
                raw.send(request + "\r\n\r\n");
                raw.endOutput();
                while (!raw.closedByServer()) {
                    // Whatever it says.
                }
            } catch (IOException reset) {
                // A close while we were still sending is an answer, too.
            }
        }
        assertEquals(201, RawHttp.exchange(server, post("/whip/alive", "")).status());
        assertEquals(0, server.refused("internal-error"));
    }

    private static String post(String path, String headers) {
        return "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/sdp\r\n" + headers
                + "Content-Length: " + TestServer.OFFER.length() + "\r\n\r\n" + TestServer.OFFER;
    }
}
