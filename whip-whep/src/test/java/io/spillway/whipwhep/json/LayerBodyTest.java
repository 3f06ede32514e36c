package io.spillway.whipwhep.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.spillway.sfu.LayerWish;
import io.spillway.sfu.Rejected;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LayerBodyTest {

    @Test
    void shouldReadEveryMember() throws Rejected {
        LayerBody body = parse("{'mediaId':'1','rid':'h','spatialLayerId':1,'temporalLayerId':2,'maxSpatialLayerId':3,"
                + "'maxTemporalLayerId':4,'maxWidth':640,'maxHeight':360,'more':[{}]}");
        assertEquals("1", body.mediaId());
        assertEquals(new LayerWish("h", 1, 2, 3, 4, 640, 360), body.wish());
    }

    /** Broadcast Box's clients say encodingId; the draft's name wins. */
    @Test
    void shouldTakeTheOtherNameOfTheEncoding() throws Rejected {
        assertEquals(LayerWish.ofRid("l"), parse("{'encodingId':'l'}").wish());
        assertEquals(LayerWish.ofRid("h"), parse("{'encodingId':'l','rid':'h'}").wish());
    }

    @Test
    void shouldLeaveToTheServerWhatIsNotSaid() throws Rejected {
        assertEquals(LayerWish.AUTOMATIC, parse("{'mediaId':'0'}").wish());
        assertEquals(LayerWish.AUTOMATIC, parse("{'rid':null,'maxWidth':null}").wish());
        assertNull(parse("{}").mediaId());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                              | not a JSON object",
                "[]                              | not a JSON object",
                "nonsense                        | not JSON",
                "{\"rid\":1}                     | rid is a string",
                "{\"mediaId\":0}                 | mediaId is a string",
                "{\"maxWidth\":0}                | maxWidth is a whole number from 1 to 65535",
                "{\"maxHeight\":65536}           | maxHeight is a whole number from 1 to 65535",
                "{\"spatialLayerId\":-1}         | spatialLayerId is a whole number from 0 to 7",
                "{\"maxTemporalLayerId\":1.5}    | maxTemporalLayerId is a whole number from 0 to 7",
                "{\"rid\":\"a\",\"rid\":\"b\"}   | not JSON",
                "{} {}                           | not JSON"
            })
    void shouldSayWhatIsWrong(String text, String sentence) {
        Rejected refusal = assertThrows(Rejected.class, () -> LayerBody.parse(text.getBytes(StandardCharsets.UTF_8)));
        assertEquals(400, refusal.status());
        assertTrue(String.valueOf(refusal.getMessage()).contains(sentence), refusal::toString);
    }

    @FuzzTest
    void shouldReadOrRefuseAnything(byte[] body) {
        try {
            LayerWish wish = LayerBody.parse(body).wish();
            assertTrue(wish.spatialLayerId() <= 7 && wish.maxHeight() <= 65_535);
        } catch (Rejected refused) {
            assertEquals(400, refused.status());
        }
    }

    private static LayerBody parse(String text) throws Rejected {
        return LayerBody.parse(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }
}
