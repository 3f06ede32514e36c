package io.spillway.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.sdp.DtlsRole;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class AnswerTest {

    private static final String SDP = """
            v=0\r
            m=video 9 UDP/TLS/RTP/SAVPF 102\r
            a=ice-ufrag:abcd\r
            a=ice-pwd:0123456789012345678901\r
            a=fingerprint:sha-256 %s\r
            a=setup:passive\r
            a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r
            a=candidate:1 1 udp 2130706431 fd00::2 8189 typ host\r
            a=candidate:2 1 tcp 2130706431 10.0.0.2 8189 typ host tcptype passive\r
            a=candidate:3 1 UDP 2130706431 10.0.0.2 8189 typ host\r
            a=candidate:4 1 udp 2130706431 127.0.0.1 8190 typ host\r
            """.formatted("AB:".repeat(31) + "ab");

    @Test
    void shouldPreferTheAddressThatHttpReached() throws IOException {
        Answer near = Answer.read(SDP, "127.0.0.1");
        assertEquals(0x7F000001, near.address());
        assertEquals(8190, near.port());
        Answer far = Answer.read(SDP, "192.0.2.7");
        assertEquals(0x0A000002, far.address());
        assertEquals(8189, far.port());
    }

    @Test
    void shouldTakeTheOtherDtlsRole() throws IOException {
        assertEquals(DtlsRole.CLIENT, Answer.read(SDP, "127.0.0.1").role());
        assertEquals(
                DtlsRole.SERVER,
                Answer.read(SDP.replace("passive\r", "active\r"), "127.0.0.1").role());
    }

    @Test
    void shouldReadTheTransportWideExtension() throws IOException {
        assertEquals(3, Answer.read(SDP, "127.0.0.1").transportCcId());
        assertEquals(
                0, Answer.read(SDP.replace("a=extmap", "a=other"), "127.0.0.1").transportCcId());
    }

    @Test
    void shouldSayWhatIsMissing() {
        IOException refused =
                assertThrows(IOException.class, () -> Answer.read(SDP.replace("ice-pwd", "x"), "127.0.0.1"));
        assertTrue(String.valueOf(refused.getMessage()).contains("ice-pwd"));
    }
}
