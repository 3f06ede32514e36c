package io.spillway.signaling.api;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.spillway.sfu.Rejected;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Any body makes a stream within the bounds, or is refused with 400. */
final class StreamDraftFuzzTest {

    private static final String VALID =
            "{\"name\": \"stage\", \"title\": \"Große Bühne\", \"tags\": [\"a\", \"b\"], \"watch\": \"key\"}";

    @FuzzTest
    void shouldTakeAnyBytes(byte[] body) {
        try {
            StreamDraft draft = StreamDraft.parse(body);
            assertTrue(draft.title().length() <= Labels.MAX_TITLE_CHARS);
            assertTrue(draft.tags().size() <= Labels.MAX_TAGS);
            assertTrue((draft.title() + draft.tags()).chars().noneMatch(Character::isISOControl));
        } catch (Rejected refused) {
            assertTrue(refused.status() == 400 && refused.sentence().endsWith("."), refused.sentence());
        }
    }

    @Test
    void shouldTakeAValidDocumentWithBytesChanged() {
        Random random = new Random(20_261_120);
        for (int i = 0; i < 20_000; i++) {
            byte[] body = VALID.getBytes(StandardCharsets.UTF_8);
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                body[random.nextInt(body.length)] = (byte) random.nextInt(256);
            }
            shouldTakeAnyBytes(body);
        }
    }
}
