package io.spillway.sfu.srtp;

import io.spillway.sfu.srtp.jitsi.JitsiSrtp;
import io.spillway.sfu.srtp.openssl.OpenSslSrtp;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The providers that this machine has, and keys for them. */
final class Providers {

    private Providers() {}

    static List<SrtpProvider> all() {
        List<SrtpProvider> providers = new ArrayList<>();
        providers.add(new JitsiSrtp());
        OpenSslSrtp.load().ifPresent(providers::add);
        OpenSslSrtp.loadForEvp().ifPresent(providers::add);
        return providers;
    }

    static SrtpKeys keys(SrtpProfile profile, Random random) {
        byte[] key = new byte[SrtpProfile.KEY_BYTES];
        byte[] salt = new byte[profile.saltBytes()];
        random.nextBytes(key);
        random.nextBytes(salt);
        return new SrtpKeys(profile, key, salt);
    }
}
