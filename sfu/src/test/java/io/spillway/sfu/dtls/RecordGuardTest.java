package io.spillway.sfu.dtls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Hex;
import io.spillway.testkit.Seeds;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecordGuardTest {

    private static String record(String type, String epoch, String fragment) {
        int bytes = Hex.bytes(fragment).length;
        return type + "fefd" + epoch + "000000000000" + "%04x".formatted(bytes) + fragment;
    }

    private static String message(int length, int sequence, String body) {
        int bytes = Hex.bytes(body).length;
        return "01%06x%04x000000%06x".formatted(length, sequence, bytes) + body;
    }

    @Test
    void shouldAdmitWhatALibraryMayAllocateFor() {
        record Row(String what, String hex, boolean admitted) {}
        Row[] rows = {
            new Row("one message", record("16", "0000", message(4, 0, "00000000")), true),
            new Row("first fragment of a long hello", record("16", "0000", message(1700, 0, "00000000")), true),
            new Row("two messages in a record", record("16", "0000", message(0, 0, "") + message(0, 1, "")), true),
            new Row("two records", record("16", "0000", message(0, 0, "")) + record("14", "0000", "01"), true),
            new Row("a whole 64 KiB", record("16", "0000", message(0x10000, 0, "00")), true),
            new Row("more than 64 KiB", record("16", "0000", message(0x10001, 0, "00")), false),
            new Row("16 MiB", record("16", "0000", message(0xFFFFFF, 0, "00")), false),
            new Row(
                    "64 KiB in two messages",
                    record("16", "0000", message(0x9000, 0, "00") + message(0x9000, 1, "00")),
                    false),
            new Row("a far message", record("16", "0000", message(4, 16, "00")), false),
            new Row("fragment past its record", record("16", "0000", "01000004000000000000000400"), false),
            new Row("record past the datagram", "16fefd0000000000000000000500", false),
            new Row("header cut", "16fefd00000000", false),
            new Row("unknown type", record("3f", "0000", "00"), false),
            new Row("encrypted, of unknown content", record("16", "0001", "00".repeat(40)), true),
            new Row("encrypted alert", record("15", "0001", "00".repeat(26)), true),
            new Row("too short to be encrypted", record("15", "0001", "0100"), false),
        };
        for (Row row : rows) {
            assertEquals(row.admitted, new RecordGuard().admits(Hex.buffer(row.hex)), row.what);
        }
    }

    @Test
    void shouldCountAMessageOnceHoweverOftenItsFragmentsCome() {
        RecordGuard guard = new RecordGuard();
        for (int i = 0; i < 1000; i++) {
            assertTrue(guard.admits(Hex.buffer(record("16", "0000", message(20_000, 0, "00")))));
        }
    }

    @Seeds(20)
    void shouldJudgeAnyBytes(long seed) {
        Random random = new Random(seed);
        RecordGuard guard = new RecordGuard();
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = new byte[random.nextInt(80)];
            random.nextBytes(bytes);
            if (bytes.length > 12) {
                bytes[0] = (byte) (20 + random.nextInt(4));
                ByteBuffer.wrap(bytes).putShort(3, (short) 0).putShort(11, (short) random.nextInt(bytes.length));
            }
            boolean admitted = guard.admits(ByteBuffer.wrap(bytes));
            assertTrue(!admitted || bytes.length == 0 || bytes.length >= RecordGuard.RECORD_HEADER_BYTES);
        }
    }
}
