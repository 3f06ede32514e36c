package io.spillway.sfu.dtls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.spillway.testkit.Hex;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import org.junit.jupiter.api.Test;

class EpochGateTest {

    private static final String HELLO = plain(1, 0, 4, 0, "00000000");
    private static final String CERTIFICATE = plain(11, 1, 4, 0, "01010101");
    private static final String VERIFY_START = plain(15, 2, 6, 0, "020202");
    private static final String VERIFY_END = plain(15, 2, 6, 3, "020202");
    private static final String CHANGE = "14fefd0000000000000000000101";
    private static final String FINISHED = "16fefd0001000000000000" + "0019" + "00".repeat(25);

    private static String plain(int type, int sequence, int length, int offset, String body) {
        int bytes = body.length() / 2;
        return "16fefd0000000000000000%04x".formatted(12 + bytes)
                + "%02x%06x%04x%06x%06x".formatted(type, length, sequence, offset, bytes)
                + body;
    }

    private static List<String> passed(boolean open, String... datagrams) {
        EpochGate gate = new EpochGate(open);
        ArrayDeque<ByteBuffer> inbox = new ArrayDeque<>();
        for (String datagram : datagrams) {
            gate.pass(Hex.buffer(datagram), inbox);
        }
        return inbox.stream().map(each -> Hex.text(each, 0, each.limit())).toList();
    }

    @Test
    void shouldHoldTheChangeOfCipherUntilTheFlightIsWhole() {
        record Row(String what, List<String> in, List<String> out) {}
        List<Row> rows = List.of(
                new Row(
                        "in order",
                        List.of(HELLO, CERTIFICATE, VERIFY_START + VERIFY_END + CHANGE + FINISHED),
                        List.of(HELLO, CERTIFICATE, VERIFY_START + VERIFY_END + CHANGE + FINISHED)),
                new Row(
                        "change overtakes",
                        List.of(HELLO, CHANGE + FINISHED, CERTIFICATE, VERIFY_START, VERIFY_END),
                        List.of(HELLO, CERTIFICATE, VERIFY_START, VERIFY_END, CHANGE + FINISHED)),
                new Row(
                        "split in two datagrams",
                        List.of(HELLO, CERTIFICATE, VERIFY_START + CHANGE, FINISHED, VERIFY_END),
                        List.of(HELLO, CERTIFICATE, VERIFY_START, VERIFY_END, CHANGE, FINISHED)),
                new Row(
                        "an earlier message is missing",
                        List.of(HELLO, VERIFY_START + VERIFY_END + CHANGE, FINISHED),
                        List.of(HELLO, VERIFY_START + VERIFY_END)),
                new Row(
                        "only so many are held",
                        List.of(CHANGE, CHANGE, CHANGE, CHANGE, FINISHED, HELLO, CERTIFICATE, VERIFY_START, VERIFY_END),
                        List.of(HELLO, CERTIFICATE, VERIFY_START, VERIFY_END, CHANGE, CHANGE, CHANGE, CHANGE)));
        for (Row row : rows) {
            assertEquals(row.out, passed(false, row.in.toArray(String[]::new)), row.what);
        }
    }

    @Test
    void shouldHoldNothingForAClient() {
        assertEquals(List.of(CHANGE, FINISHED), passed(true, CHANGE, FINISHED));
    }
}
