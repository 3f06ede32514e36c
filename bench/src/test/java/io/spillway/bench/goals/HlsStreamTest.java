package io.spillway.bench.goals;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HlsStreamTest {

    private static final String BEGINNING = """
        #EXTM3U
        #EXT-X-MEDIA-SEQUENCE:41
        #EXTINF:1.000,
        s41.m4s
        #EXT-X-PART:DURATION=0.2,URI="p1.m4s",INDEPENDENT=YES
        #EXT-X-PART:DURATION=0.2,URI="p2.m4s"
        #EXTINF:0.400,
        s42.m4s
        """;

    @Test
    void shouldFindTheNewestPartOfTheSegmentThatGrows() {
        String growing = BEGINNING + """
            #EXT-X-PART:DURATION=0.2,URI="p3.m4s",INDEPENDENT=YES
            #EXT-X-PART:DURATION=0.2,URI="p4.m4s"
            #EXT-X-PRELOAD-HINT:TYPE=PART,URI="p5.m4s"
            """;
        assertEquals(new HlsStream.Newest(43, 1), newest(growing));
        assertEquals("?_HLS_msn=43&_HLS_part=3", newest(growing).after(2));
    }

    @Test
    void shouldTellThatTheNextSegmentHasNoPartYet() {
        assertEquals(new HlsStream.Newest(43, -1), newest(BEGINNING));
    }

    @Test
    void shouldRefuseAnotherText() {
        assertThrows(IllegalStateException.class, () -> newest("#EXTM3U"));
    }

    private static HlsStream.Newest newest(String playlist) {
        return HlsStream.Newest.of(playlist.getBytes(StandardCharsets.UTF_8));
    }
}
