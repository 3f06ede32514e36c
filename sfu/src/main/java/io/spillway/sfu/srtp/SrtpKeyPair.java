package io.spillway.sfu.srtp;

/** What a handshake gives: the keys for what we send and for what the peer sends. */
public record SrtpKeyPair(SrtpKeys local, SrtpKeys remote) {

    public SrtpProfile profile() {
        return local.profile();
    }
}
