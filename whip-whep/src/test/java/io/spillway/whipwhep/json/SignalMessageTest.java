package io.spillway.whipwhep.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.spillway.sfu.Rejected;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SignalMessageTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "null                                        | a=end-of-candidates",
                "{\"candidate\":\"\",\"sdpMid\":\"0\"}       | a=mid:0,a=end-of-candidates",
                "{\"candidate\":\"candidate:1 1 UDP 1 x 9\"} | a=candidate:1 1 UDP 1 x 9",
                "{\"candidate\":\"candidate:1\",\"sdpMid\":\"0\",\"sdpMLineIndex\":0,\"usernameFragment\":\"x\"}"
                        + " | a=mid:0,a=candidate:1"
            })
    void shouldMakeFragmentsOfWhatBrowsersGive(String candidate, String lines) throws Rejected {
        SignalMessage message = SignalMessage.parse("{\"type\":\"candidate\",\"candidate\":" + candidate + "}");
        assertEquals(lines.replace(",", "\r\n") + "\r\n", message.candidateLines());
    }

    @FuzzTest
    void shouldReadOrRefuseAnything(byte[] text) {
        try {
            SignalMessage message = SignalMessage.parse(new String(text, StandardCharsets.UTF_8));
            assertTrue(message.candidateLines().lines().count() <= 2, "nobody adds a line of SDP");
        } catch (Rejected refused) {
            assertEquals(400, refused.status());
        }
    }
}
