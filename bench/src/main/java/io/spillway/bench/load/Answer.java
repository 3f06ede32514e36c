package io.spillway.bench.load;

import io.spillway.sfu.dtls.PinnedCertificate;
import io.spillway.sfu.ice.IceCredentials;
import io.spillway.sfu.sdp.DtlsRole;
import io.spillway.sfu.sdp.Fingerprint;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a server's answer says, as far as a load generator needs it.
 *
 * @param address of its UDP candidate, IPv4, in host order
 * @param role our DTLS role
 * @param transportCcId id of the transport-wide sequence number's extension, 0 when it was not agreed to
 */
record Answer(
        IceCredentials ice, PinnedCertificate certificate, DtlsRole role, int address, int port, int transportCcId) {

    private static final String CANDIDATE = "candidate";
    private static final int CANDIDATE_WORDS = 8;
    private static final String TRANSPORT_CC = "transport-wide-cc-extensions-01";

    /** @param host the server's IPv4 address as HTTP reaches it: preferred among its candidates; @throws IOException when something is missing */
    static Answer read(String sdp, String host) throws IOException {
        List<String> lines = sdp.lines().map(String::strip).toList();
        String fingerprint = required(lines, "fingerprint");
        int space = fingerprint.indexOf(' ');
        String setup = required(lines, "setup");
        List<String[]> candidates = values(lines, CANDIDATE).stream()
                .map(value -> value.split(" +", -1))
                .filter(Answer::isUsable)
                .toList();
        if (candidates.isEmpty()) {
            throw new IOException("the answer names no UDP candidate with an IPv4 address:\n" + sdp);
        }
        String[] candidate = candidates.stream()
                .filter(each -> each[4].equals(host))
                .findFirst()
                .orElse(candidates.getFirst());
        return new Answer(
                new IceCredentials(required(lines, "ice-ufrag"), required(lines, "ice-pwd")),
                new PinnedCertificate(Fingerprint.of(
                        fingerprint.substring(0, space).toLowerCase(Locale.ROOT),
                        HexFormat.ofDelimiter(":")
                                .parseHex(
                                        fingerprint.substring(space + 1).strip().toUpperCase(Locale.ROOT)))),
                setup.equals("active") ? DtlsRole.SERVER : DtlsRole.CLIENT,
                address(candidate[4]),
                Integer.parseInt(candidate[5]),
                transportCc(lines));
    }

    private static boolean isUsable(String[] candidate) {
        return candidate.length >= CANDIDATE_WORDS
                && candidate[1].equals("1")
                && candidate[2].equalsIgnoreCase("udp")
                && candidate[4].matches("\\d+\\.\\d+\\.\\d+\\.\\d+")
                && candidate[7].equals("host");
    }

    private static int transportCc(List<String> lines) {
        return values(lines, "extmap").stream()
                .filter(value -> value.contains(TRANSPORT_CC))
                .map(value -> value.split("[ /]", 2)[0])
                .mapToInt(Integer::parseInt)
                .findFirst()
                .orElse(0);
    }

    private static String required(List<String> lines, String attribute) throws IOException {
        Optional<String> first = values(lines, attribute).stream().findFirst();
        if (first.isEmpty()) {
            throw new IOException("the answer has no a=" + attribute + ":\n" + String.join("\n", lines));
        }
        return first.get();
    }

    private static List<String> values(List<String> lines, String attribute) {
        String start = "a=" + attribute + ":";
        return lines.stream()
                .filter(line -> line.startsWith(start))
                .map(line -> line.substring(start.length()))
                .toList();
    }

    private static int address(String dotted) {
        int address = 0;
        for (String part : dotted.split("\\.", -1)) {
            address = address << 8 | Integer.parseInt(part);
        }
        return address;
    }
}
