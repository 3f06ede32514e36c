package io.spillway.whipwhep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.spillway.sfu.Rejected;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** W24, W25. */
final class CredentialTest {

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
                    Bearer abc,          '',                 abc
                    bearer  abc,         '',                 abc
                    abc,                 '',                 abc
                    Bearer,              '',                 -
                    Bearer,              token=q,            q
                    Basic YTpi,          '',                 -
                    Basic YTpi,          token=q,            q
                    Bearer abc,          token=q,            abc
                    -,                   token=q,            q
                    -,                   a=b&token=q&c,      q
                    -,                   token=&token=q,     q
                    -,                   token=a+b%2Bc%3D,   a+b+c=
                    -,                   mytoken=q,          -
                    -,                   token,              -
                    -,                   '&&==&',            -
                    """)
    void shouldFindTheToken(String authorization, String query, String expected) throws Rejected {
        List<String> lines = authorization == null ? List.of() : List.of(authorization);

        assertEquals(expected, Credential.of(lines, query).value());
    }

    @Test
    void shouldRefuseWhatIsAmbiguousOrTooMuch() {
        String longest = "k".repeat(Credential.MAX_CHARS);
        for (Executable bad : List.<Executable>of(
                () -> Credential.of(List.of("Bearer a", "Bearer a"), ""),
                () -> Credential.of(List.of(), "token=%"),
                () -> Credential.of(List.of(), "token=%zz"),
                () -> Credential.of(List.of(longest + "k"), ""),
                () -> Credential.of(List.of(), "token=k" + longest))) {
            assertEquals(400, assertThrows(Rejected.class, bad::run).status());
        }
    }

    @Test
    void shouldNotPrintTheQueryOfACall() {
        Call call = new Call(
                "POST",
                new Address.Nowhere(Protocol.WHIP),
                "",
                name -> List.of(),
                "token=secret",
                -1,
                new Caller(InetAddress.getLoopbackAddress(), null, null, false),
                false,
                null);

        assertFalse(call.toString().contains("secret"), call::toString);
    }

    /** Any text gives a token within bounds, none, or a refusal. */
    @FuzzTest
    void shouldTakeAnyText(FuzzedDataProvider data) {
        String authorization = data.consumeString(200);
        try {
            String token = Credential.of(List.of(authorization), data.consumeRemainingAsString())
                    .value();
            assertTrue(token == null || (!token.isEmpty() && token.length() <= Credential.MAX_CHARS));
        } catch (Rejected refusal) {
            assertEquals(400, refusal.status());
        }
    }

    @FunctionalInterface
    private interface Executable {
        void run() throws Rejected;
    }
}
