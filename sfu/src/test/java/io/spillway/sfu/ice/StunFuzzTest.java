package io.spillway.sfu.ice;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;

class StunFuzzTest {

    private static final StunKey KEY = new StunKey("VOkJxbRl1RmTxUk/WvJxBt");

    @FuzzTest
    void shouldReadAnyBytes(byte[] data) {
        readAll(new StunMessage(), data);
    }

    /** Reads everything there is to read; nothing may throw. */
    static void readAll(StunMessage message, byte[] data) {
        if (!message.wrap(ByteBuffer.wrap(data), 0, data.length)) {
            return;
        }
        KEY.signed(message);
        message.receiverUfrag();
        message.mappedAddress();
        message.errorCode();
        message.type();
        for (int i = 0; i < message.unknownCount(); i++) {
            message.unknown(i);
        }
    }
}
