package io.spillway.bench.load;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * Where the load goes, and from where.
 *
 * @param server its HTTP address, without a path
 * @param whip path of publishing, {@code {stream}} in it stands for the stream's name
 * @param whep path of watching
 * @param token sent as bearer with every request; {@code {stream}} in it stands for the stream's name, too
 * @param base first of the 65536 local addresses that peers have, IPv4
 * @param lossPerMille media packets to throw away at each viewer, 0 to 1000
 */
public record LoadConfig(
        URI server, String whip, String whep, @Nullable String token, InetAddress base, int lossPerMille) {

    private static final String STREAM = "{stream}";

    public LoadConfig {
        if (base.getAddress().length != Integer.BYTES) {
            throw new IllegalArgumentException(base + " is no IPv4 address: give the first of a /16, as 127.64.0.0");
        }
        if (lossPerMille < 0 || lossPerMille > 1_000) {
            throw new IllegalArgumentException("a loss of " + lossPerMille + " per mille: give 0 to 1000");
        }
    }

    public static InetAddress address(String numeric) {
        try {
            return InetAddress.getByName(numeric);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(numeric + " is no IP address", e);
        }
    }

    @Nullable
    String token(String stream) {
        return token == null ? null : token.replace(STREAM, stream);
    }

    URI whip(String stream) {
        return server.resolve(whip.replace(STREAM, stream));
    }

    URI whep(String stream) {
        return server.resolve(whep.replace(STREAM, stream));
    }

    /** The server's IPv4 address, for the choice among its candidates. */
    String serverAddress() throws UnknownHostException {
        for (InetAddress each : InetAddress.getAllByName(server.getHost())) {
            if (each.getAddress().length == Integer.BYTES) {
                return each.getHostAddress();
            }
        }
        throw new UnknownHostException(server.getHost() + " has no IPv4 address, which the load generator needs");
    }
}
