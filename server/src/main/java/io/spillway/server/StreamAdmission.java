package io.spillway.server;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.Rejected;
import io.spillway.signaling.auth.Authority;
import io.spillway.whipwhep.Admission;
import io.spillway.whipwhep.Caller;
import org.jspecify.annotations.Nullable;

/** Lets WHIP and WHEP ask the control plane's authority. */
final class StreamAdmission implements Admission {

    private final Authority authority;

    StreamAdmission(Authority authority) {
        this.authority = authority;
    }

    @Override
    public StreamName publish(Caller caller, @Nullable StreamName stream, @Nullable String key) throws Rejected {
        return authority.publish(same(caller), stream, key);
    }

    @Override
    public void play(Caller caller, StreamName stream, @Nullable String token) throws Rejected {
        authority.play(same(caller), stream, token);
    }

    private static io.spillway.signaling.auth.Caller same(Caller caller) {
        return new io.spillway.signaling.auth.Caller(
                caller.address(), caller.host(), caller.origin(), caller.forwarded());
    }
}
