package io.spillway.sfu.srtp.openssl;

import io.spillway.sfu.srtp.SrtpKeys;
import io.spillway.sfu.srtp.SrtpProvider;
import java.util.Optional;

/** SRTP by libcrypto. An instance and its contexts belong to one loop, whose working memory they share. */
public final class OpenSslSrtp implements SrtpProvider {

    private final NativeMemory memory = new NativeMemory();

    private final boolean viaProvider;

    private OpenSslSrtp(boolean viaProvider) {
        this.viaProvider = viaProvider;
    }

    /** A provider for one loop; empty where libcrypto is missing. */
    public static Optional<OpenSslSrtp> load() {
        return LibCrypto.isPresent() ? Optional.of(new OpenSslSrtp(GcmProvider.isPresent())) : Optional.empty();
    }

    /** As {@link #load}, by the interface that every OpenSSL has, which costs a third more a packet. */
    public static Optional<OpenSslSrtp> loadForEvp() {
        return LibCrypto.isPresent() ? Optional.of(new OpenSslSrtp(false)) : Optional.empty();
    }

    @Override
    public String name() {
        return viaProvider ? "OpenSSL" : "OpenSSL by EVP";
    }

    @Override
    public Sealer sealer(SrtpKeys keys) {
        return switch (keys.profile()) {
            case AEAD_AES_128_GCM ->
                new GcmSealer(memory, SessionKeys.forRtp(keys), SessionKeys.forRtcp(keys), viaProvider);
            case AES128_CM_SHA1_80 -> new CounterSealer(memory, SessionKeys.forRtp(keys), SessionKeys.forRtcp(keys));
        };
    }

    @Override
    public Opener opener(SrtpKeys keys) {
        return switch (keys.profile()) {
            case AEAD_AES_128_GCM ->
                new GcmOpener(memory, SessionKeys.forRtp(keys), SessionKeys.forRtcp(keys), viaProvider);
            case AES128_CM_SHA1_80 -> new CounterOpener(memory, SessionKeys.forRtp(keys), SessionKeys.forRtcp(keys));
        };
    }
}
