package io.spillway.sfu.sdp;

/**
 * The peer's side of the transport, as its offer says. No candidates: an ICE-lite server sends no checks, so it has no use for them, and an offer cannot aim it at anyone.
 *
 * @param ufrag 4..256 ice-chars
 * @param pwd 22..256 ice-chars
 * @param ourRole the DTLS role that is left to us
 */
public record RemoteTransport(String ufrag, String pwd, Fingerprint fingerprint, DtlsRole ourRole) {

    @Override
    public String toString() {
        return "RemoteTransport[ufrag=" + ufrag + ", ourRole=" + ourRole + "]"; // the password stays out of logs
    }
}
