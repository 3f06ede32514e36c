package io.spillway.server;

import io.spillway.media.live.StreamName;
import java.nio.file.Path;
import java.util.List;

/** What a person sees when the server is ready. The first line is what scripts wait for. */
final class Banner {

    private Banner() {}

    static String of(
            Reachability reach,
            StreamName stream,
            String publishKey,
            Path adminToken,
            Path dataDir,
            boolean tcp,
            List<String> loops) {
        StringBuilder text = new StringBuilder();
        text.append("Spillway ")
                .append(Version.current())
                .append(" is ready at ")
                .append(reach.localBase())
                .append("/\n\n");
        line(text, "OBS", "Service WHIP, Server " + reach.base() + "/whip/" + stream);
        line(text, "", "Bearer Token " + publishKey);
        line(text, "Publish page", reach.localBase() + "/publish/" + stream);
        line(text, "Watch page", reach.base() + "/watch/" + stream);
        if (reach.httpsPort() != 0) {
            line(text, "Over https", "https://" + reach.host() + ":" + reach.httpsPort() + "/");
        }
        line(text, "Media", (tcp ? "udp and tcp " : "udp ") + String.join(", ", reach.candidates()));
        line(text, "", String.join(", ", loops));
        line(text, "Admin token", adminToken.toString());
        line(text, "Data folder", dataDir.toString());
        for (String warning : reach.warnings()) {
            line(text, "Warning", warning);
        }
        return text.append("\nCtrl-C ends it.\n").toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(String.format("  %-13s %s%n", name, value));
    }
}
