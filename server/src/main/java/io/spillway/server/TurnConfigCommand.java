package io.spillway.server;

import io.spillway.server.config.Config;
import io.spillway.server.config.ConfigException;
import io.spillway.turn.CoturnConfiguration;
import io.spillway.turn.IceServerEntry;
import java.net.InetAddress;
import java.util.List;

/** {@code ./spillway turn-config}: a coturn configuration that fits this one. */
final class TurnConfigCommand {

    private TurnConfigCommand() {}

    /** @throws ConfigException when ice.servers has no entry with a shared secret */
    static String render(Config config) throws ConfigException {
        IceServerEntry entry = config.ice().servers().stream()
                .filter(server -> !server.secret().isEmpty())
                .findFirst()
                .orElseThrow(
                        () -> new ConfigException(
                                "turn-config: ice.servers has no entry with a secret; add one, such as "
                                        + "{urls: [\"turn:HOST:3478?transport=udp\"], secret: \"...\"} with the output of \"openssl rand -hex 32\"."));
        List<InetAddress> media = ReachableAddresses.find(config.media());
        try {
            return CoturnConfiguration.of(entry, config.ice().realm(), media).text();
        } catch (IllegalArgumentException refused) {
            throw new ConfigException("turn-config: " + refused.getMessage() + ".");
        }
    }
}
