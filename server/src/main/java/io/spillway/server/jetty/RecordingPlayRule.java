package io.spillway.server.jetty;

import io.spillway.media.live.StreamName;
import io.spillway.media.problem.ProblemJson;
import io.spillway.recorder.jetty.VodRule;
import io.spillway.sfu.Rejected;
import io.spillway.signaling.auth.Authority;
import io.spillway.signaling.jetty.Calls;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** Watching what was recorded as {@link Authority} has it for the stream itself. */
public final class RecordingPlayRule implements VodRule {

    private final Authority authority;

    public RecordingPlayRule(Authority authority) {
        this.authority = authority;
    }

    @Override
    public boolean isOpen(StreamName stream) {
        return authority.isOpen(stream);
    }

    @Override
    public @Nullable Refusal refusal(Request request, StreamName stream) {
        try {
            authority.play(Calls.caller(request), stream, HlsPlayRule.key(request));
            return null;
        } catch (Rejected refused) {
            return new Refusal(refused.status(), ProblemJson.of(refused.status(), refused.type(), refused.sentence()));
        }
    }
}
