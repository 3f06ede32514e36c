package io.spillway.sfu.dtls.bc;

import io.spillway.sfu.dtls.DtlsEngine;
import io.spillway.sfu.dtls.DtlsIdentity;
import io.spillway.sfu.dtls.PinnedCertificate;
import io.spillway.sfu.sdp.DtlsRole;
import io.spillway.sfu.sdp.Fingerprint;
import io.spillway.sfu.srtp.SrtpProfile;
import java.io.IOException;
import java.util.Hashtable;
import java.util.List;
import org.bouncycastle.tls.ExtensionType;

/** A client whose hello is as long as one with a post-quantum key share: 1216 bytes of X25519MLKEM768 take the place of padding. */
public final class LongHelloIdentity implements DtlsIdentity {

    private static final int KEY_SHARE_BYTES = 1216 + 4;

    private final BcIdentity identity;

    public LongHelloIdentity(BcIdentity identity) {
        this.identity = identity;
    }

    @Override
    public String name() {
        return identity.name();
    }

    @Override
    public Fingerprint fingerprint() {
        return identity.fingerprint();
    }

    @Override
    public DtlsEngine engine(DtlsRole role, PinnedCertificate peer, List<SrtpProfile> profiles) {
        return new BcEngine(identity, role, peer, profiles) {
            @Override
            BcClient client(Handshake of) {
                return new BcClient(of) {
                    @Override
                    public Hashtable<Integer, byte[]> getClientExtensions() throws IOException {
                        @SuppressWarnings("unchecked")
                        Hashtable<Integer, byte[]> extensions = super.getClientExtensions();
                        extensions.put(ExtensionType.padding, new byte[KEY_SHARE_BYTES]);
                        return extensions;
                    }
                };
            }
        };
    }
}
