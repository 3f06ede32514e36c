package io.spillway.sfu.sdp;

import java.util.ArrayList;
import java.util.List;

/**
 * What the answer to an ICE restart needs of the session's own answer. RFC 9725 §4.3.3, RFC 8840 §9.
 *
 * @param bundle mids of the bundle; empty when nothing is bundled
 * @param mediaLine the m-line that has the candidates
 * @param mid of that line; empty when it has none
 */
public record FragmentAnswer(List<String> bundle, String mediaLine, String mid) {

    public FragmentAnswer {
        bundle = List.copyOf(bundle);
    }

    /** The fragment, {@code application/trickle-ice-sdpfrag}: CRLF throughout, all candidates at the one m-line. */
    public String write(LocalTransport local) {
        List<String> lines = new ArrayList<>(local.agentLines());
        if (!bundle.isEmpty()) {
            lines.add("a=group:BUNDLE " + String.join(" ", bundle));
        }
        lines.add(mediaLine);
        if (!mid.isEmpty()) {
            lines.add("a=mid:" + mid);
        }
        lines.addAll(local.credentialLines());
        lines.addAll(local.candidateLines());
        return String.join("\r\n", lines) + "\r\n";
    }
}
