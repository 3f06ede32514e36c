package io.spillway.whipwhep.jetty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.spillway.media.live.StreamName;
import io.spillway.whipwhep.Address;
import io.spillway.whipwhep.Call;
import io.spillway.whipwhep.Caller;
import io.spillway.whipwhep.Policy;
import io.spillway.whipwhep.Protocol;
import io.spillway.whipwhep.Reply;
import io.spillway.whipwhep.WhipWhep;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** W27: what an operator who asks for https gets, from callers that a test on one machine cannot be. */
final class HttpsOnlyTest {

    @ParameterizedTest
    @CsvSource(textBlock = """
            192.0.2.1,  POST,     false, true,  403
            192.0.2.1,  DELETE,   false, true,  403
            192.0.2.1,  GET,      false, true,  403
            192.0.2.1,  OPTIONS,  false, true,  200
            192.0.2.1,  GET,      true,  true,  200
            127.0.0.1,  GET,      false, true,  200
            192.0.2.1,  GET,      false, false, 200
            """)
    void shouldRefusePlainHttpToOthersOnlyWhenTold(
            String address, String method, boolean secure, boolean httpsOnly, int status) {
        WhipWhep resources = new WhipWhep(
                new MemorySfu(),
                new Keys(),
                sessionId -> List.of(),
                Policy.standard().withHttpsOnly(httpsOnly),
                () -> 0,
                new Random(1));
        Call call = new Call(
                method,
                new Address.Endpoint(Protocol.WHEP, new StreamName("show")),
                "",
                name -> List.of(),
                "",
                -1,
                new Caller(InetAddress.ofLiteral(address), "a", null, false),
                secure,
                null);

        assertEquals(Optional.of(status), resources.atOnce(call).map(Reply::status));
    }
}
