package io.spillway.whipwhep;

import java.net.InetAddress;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One request without its body.
 *
 * @param base what stands before our paths; empty at the root
 * @param fields the values of all header lines of a name, in order
 * @param query as it stands behind the question mark; empty for none
 * @param bodyBytes what Content-Length says; negative when unknown
 * @param secure whether it came by TLS
 * @param serverAddress the address the client used to reach us, where it used one and not a name
 */
public record Call(
        String method,
        Address address,
        String base,
        Function<String, List<String>> fields,
        String query,
        long bodyBytes,
        Caller caller,
        boolean secure,
        @Nullable InetAddress serverAddress) {

    List<String> all(String name) {
        return fields.apply(name);
    }

    boolean has(String name) {
        return !all(name).isEmpty();
    }

    /** The value of a header; empty when it does not stand there. */
    String first(String name) {
        List<String> values = all(name);
        return values.isEmpty() ? "" : values.getFirst();
    }

    /** Whether what remains to be done begins with reading a body. */
    public boolean carriesBody() {
        return switch (address) {
            case Address.Endpoint _, Address.Layer _, Address.Events _ -> method.equals("POST");
            case Address.Session _ -> method.equals("PATCH");
            default -> false;
        };
    }

    /** Without the query: a token may stand in it. */
    @Override
    public String toString() {
        return method + " " + address;
    }
}
