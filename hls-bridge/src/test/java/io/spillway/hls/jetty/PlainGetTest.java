package io.spillway.hls.jetty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is answered without Jetty's looking at it: exactly this, and nothing that is only like it. In the rows a bar ends a line. */
class PlainGetTest {

    private static @Nullable PlainGet parse(String row) {
        return PlainGet.parse(row.replace("|", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            value = {
                "GET /hls/s/v0.m3u8 HTTP/1.1|Host: a|| > hls s v0.m3u8 null plain",
                "GET /dash/s_1-x/manifest.mpd HTTP/1.1|host:a:8080|| > dash s_1-x manifest.mpd null plain",
                "GET /hls/s/v0.m3u8?_HLS_msn=1&_HLS_part=2 HTTP/1.1|Host: a|| > hls s v0.m3u8 _HLS_msn=1&_HLS_part=2 plain",
                "GET /hls/s/v0.m3u8? HTTP/1.1|Host: a|| > hls s v0.m3u8 '' plain",
                "GET /hls/s/a.m4s HTTP/1.1|Host: a|Connection: keep-alive|| > hls s a.m4s null plain",
                "GET /hls/s/a HTTP/1.1|HOST: a|ACCEPT-ENCODING: GZIP|| > hls s a null gzip",
                "GET /hls/s/a HTTP/1.1|Host: a|Accept-Encoding: deflate, gzip, br|| > hls s a null gzip",
                "GET /hls/s/a HTTP/1.1|Host: a|Accept-Encoding: br,gzip|| > hls s a null gzip",
                "GET /hls/s/a HTTP/1.1|Host: a|Accept-Encoding: identity|| > hls s a null plain",
                "GET /hls/s/a HTTP/1.1|Host: a|Accept-Encoding: x-gzip|| > hls s a null plain",
                "GET /hls/s/a HTTP/1.1|User-Agent: x (y; z)|Accept: */*|Origin: https://a.b|Referer: https://a.b/|Host: a|Cookie: a=b|| > hls s a null plain",
            })
    void shouldReadWhatACrowdAsks(String request, String said) {
        PlainGet get = parse(request);
        assertEquals(
                said.replace("''", ""),
                get == null
                        ? "none"
                        : (get.dash() ? "dash " : "hls ") + get.stream() + " " + get.file() + " " + get.query() + " "
                                + (get.gzip() ? "gzip" : "plain"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "GET /hls/s/a HTTP/1.1",
                "GET /hls/s/a HTTP/1.1|",
                "GET /hls/s/a HTTP/1.1|Host: a|",
                "GET /hls/s/a HTTP/1.1||",
                "GET /hls/s/a HTTP/1.1|Host:||",
                "GET /hls/s/a HTTP/1.1|Host: a|Host: a||",
                "GET /hls/s/a HTTP/1.1|Host: a/b||",
                "GET /hls/s/a HTTP/1.1|Host: a||GET /hls/s/a HTTP/1.1|Host: a||",
                "GET /hls/s/a HTTP/1.1|Host: a||x",
                "GET /hls/s/a HTTP/1.0|Host: a||",
                "HEAD /hls/s/a HTTP/1.1|Host: a||",
                "get /hls/s/a HTTP/1.1|Host: a||",
                " GET /hls/s/a HTTP/1.1|Host: a||",
                "GET  /hls/s/a HTTP/1.1|Host: a||",
                "GET /hls/s/a  HTTP/1.1|Host: a||",
                "GET http://a/hls/s/a HTTP/1.1|Host: a||",
                "GET /hls/s HTTP/1.1|Host: a||",
                "GET /hls/s/ HTTP/1.1|Host: a||",
                "GET /hls//a HTTP/1.1|Host: a||",
                "GET /hls/s/a/b HTTP/1.1|Host: a||",
                "GET /hls/s/.. HTTP/1.1|Host: a||",
                "GET /hls/s/.a HTTP/1.1|Host: a||",
                "GET /hls/../a HTTP/1.1|Host: a||",
                "GET /hls/s/%61 HTTP/1.1|Host: a||",
                "GET /hls/s/a;b HTTP/1.1|Host: a||",
                "GET /hls/s/a#b HTTP/1.1|Host: a||",
                "GET /hls/s/a?b#c HTTP/1.1|Host: a||",
                "GET /hlsx/s/a HTTP/1.1|Host: a||",
                "GET /index.html HTTP/1.1|Host: a||",
                "GET /hls/s/a HTTP/1.1|Host: a|Range: bytes=0-1||",
                "GET /hls/s/a HTTP/1.1|Host: a|If-None-Match: *||",
                "GET /hls/s/a HTTP/1.1|Host: a|AUTHORIZATION: Bearer x||",
                "GET /hls/s/a HTTP/1.1|Host: a|Content-Length: 1||",
                "GET /hls/s/a HTTP/1.1|Host: a|Transfer-Encoding: chunked||",
                "GET /hls/s/a HTTP/1.1|Host: a|Connection: close||",
                "GET /hls/s/a HTTP/1.1|Host: a|Connection: keep-alive, x||",
                "GET /hls/s/a HTTP/1.1|Host: a|Upgrade: h2c||",
                "GET /hls/s/a HTTP/1.1|Host: a|Expect: 100-continue||",
                "GET /hls/s/a HTTP/1.1|Host: a|Accept-Encoding: gzip;q=0||",
                "GET /hls/s/a HTTP/1.1|Host: a|Accept-Encoding: gzip br||",
                "GET /hls/s/a HTTP/1.1|Host: a|Accept-Encoding: br gzip||",
                "GET /hls/s/a HTTP/1.1|Host: a| folded: x||",
                "GET /hls/s/a HTTP/1.1|Host: a|name : x||",
                "GET /hls/s/a HTTP/1.1|Host: a|: x||",
                "GET /hls/s/a HTTP/1.1|Host: a|name||",
                "GET /hls/s/a HTTP/1.1|Host: a|name: \u0000||",
                "GET /hls/s/a HTTP/1.1|Host: a|name: \u00e4||",
                "GET /hls/s/a HTTP/1.1|Host: a|name: x\ny: z||",
                "GET /hls/s/a HTTP/1.1\nHost: a\n\n",
                "PRI * HTTP/2.0||SM||",
            })
    void shouldLeaveEverythingElse(String request) {
        assertNull(parse(request));
    }

    /** A request whose end has not come yet is another's to wait for; and any bytes are read or left, never thrown at. */
    @Test
    void shouldLeaveWhatIsCutOffOrSpoilt() {
        byte[] whole = "GET /hls/s/v0.m3u8?_HLS_msn=1 HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip, br\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII);
        for (int length = 0; length < whole.length; length++) {
            assertNull(PlainGet.parse(java.util.Arrays.copyOf(whole, length)));
        }
        Random random = new Random(7);
        for (int i = 0; i < 100_000; i++) {
            byte[] spoilt = whole.clone();
            for (int j = random.nextInt(4); j >= 0; j--) {
                spoilt[random.nextInt(spoilt.length)] = (byte) random.nextInt(256);
            }
            PlainGet.parse(spoilt);
        }
    }
}
