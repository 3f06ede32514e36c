package io.spillway.sfu.session;

import io.spillway.sfu.Rejected;
import io.spillway.sfu.ice.IceCredentials;
import io.spillway.sfu.sdp.IceFragment;
import org.jspecify.annotations.Nullable;

/** The credentials of both sides from the answer, or from a restart, to the next restart. RFC 9725 §4.3 calls it an ICE session. */
record IceGeneration(IceCredentials local, IceCredentials remote) {

    /** Its entity tag, without the quotes: our user fragment is in no other generation of any session. */
    String tag() {
        return local.ufrag();
    }

    /**
     * Judges a fragment of more candidates.
     *
     * @param tagged whether the request named this generation by its entity tag; else the fragment has to, by its credentials
     * @throws Rejected 412 another generation's credentials, 428 nothing says which generation is meant
     */
    void admit(IceFragment fragment, boolean tagged) throws Rejected {
        IceCredentials named = credentials(fragment);
        if (tagged && named != null && !named.equals(remote)) {
            throw new Rejected(
                    412,
                    "other-ice-generation",
                    "the fragment's a=ice-ufrag and a=ice-pwd are not those of the generation that If-Match names; send candidates of the newest generation only");
        }
        if (!tagged && !remote.equals(named)) {
            throw new Rejected(
                    428,
                    "if-match-required",
                    "nothing says which ICE generation is meant: send If-Match with the newest ETag, or a=ice-ufrag and a=ice-pwd of that generation; for an ICE restart send If-Match: *");
        }
    }

    /**
     * The generation that a restart begins; this one when the request only repeats that which began it.
     *
     * @param fresh credentials for our side
     * @throws Rejected 400 no credentials, 422 only one of them is new (RFC 8839 §4.4.1.1.1)
     */
    IceGeneration next(IceFragment fragment, IceCredentials fresh) throws Rejected {
        IceCredentials named = credentials(fragment);
        if (named == null) {
            throw new Rejected(
                    400,
                    "malformed-sdpfrag",
                    "an ICE restart (If-Match: *) has a=ice-ufrag and a=ice-pwd in its fragment, this one has neither");
        }
        if (named.equals(remote)) {
            return this;
        }
        if (named.ufrag().equals(remote.ufrag()) || named.pwd().equals(remote.pwd())) {
            throw new Rejected(
                    422,
                    "half-new-ice-credentials",
                    "an ICE restart changes both a=ice-ufrag and a=ice-pwd, this fragment only one of them");
        }
        return new IceGeneration(fresh, named);
    }

    private static @Nullable IceCredentials credentials(IceFragment fragment) {
        String ufrag = fragment.ufrag();
        String pwd = fragment.pwd();
        return ufrag == null || pwd == null ? null : new IceCredentials(ufrag, pwd);
    }
}
