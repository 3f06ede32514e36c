package io.spillway.sfu.dtls.bc;

import io.spillway.sfu.dtls.PinnedCertificate;
import io.spillway.sfu.dtls.RecordKey;
import io.spillway.sfu.srtp.SrtpKeyPair;
import io.spillway.sfu.srtp.SrtpKeys;
import io.spillway.sfu.srtp.SrtpProfile;
import java.io.IOException;
import java.util.Hashtable;
import java.util.List;
import java.util.Objects;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.EncryptionAlgorithm;
import org.bouncycastle.tls.ExporterLabel;
import org.bouncycastle.tls.SecurityParameters;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsCredentialedSigner;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsSRTPUtils;
import org.bouncycastle.tls.TlsUtils;
import org.bouncycastle.tls.UseSRTPData;
import org.bouncycastle.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What both roles of one handshake share: the pinned certificate, the SRTP profile and the keys. */
final class Handshake implements AutoCloseable {

    /** bctls drives resends in real time; the link decides instead, so its own clock must always have run out. Doubled as often as it likes, zero stays zero. */
    static final int RESEND_MS = 0;

    /** A certificate and a chain of three; the pinned one is the first. */
    static final int MAX_CHAIN = 4;

    private static final int RECORD_KEY_BYTES = 16;
    private static final int LONG_RECORD_KEY_BYTES = 32;

    private final BcIdentity identity;
    private final RecordCrypto crypto;
    private final PinnedCertificate pinned;
    private final List<SrtpProfile> profiles;
    private @Nullable SrtpProfile profile;
    private @Nullable SrtpKeyPair keys;
    private @Nullable RecordKey clientRecords;
    private @Nullable RecordKey serverRecords;
    private boolean mismatch;

    Handshake(BcIdentity identity, PinnedCertificate pinned, List<SrtpProfile> profiles) {
        this.identity = identity;
        this.crypto = identity.newCrypto();
        this.pinned = pinned;
        this.profiles = List.copyOf(profiles);
    }

    TlsCredentialedSigner signer(TlsContext context) {
        return identity.signer(context, crypto);
    }

    void check(@Nullable Certificate peer) throws IOException {
        if (peer == null
                || peer.isEmpty()
                || !pinned.matches(peer.getCertificateAt(0).getEncoded())) {
            mismatch = true;
            throw new TlsFatalAlert(AlertDescription.bad_certificate);
        }
    }

    /** What a client offers. */
    void offerProfiles(Hashtable<Integer, byte[]> extensions) throws IOException {
        int[] codes = profiles.stream().mapToInt(SrtpProfile::code).toArray();
        TlsSRTPUtils.addUseSRTPExtension(extensions, new UseSRTPData(codes, TlsUtils.EMPTY_BYTES));
    }

    /** The first of ours that is among the peer's. */
    void choose(@Nullable Hashtable<?, ?> peerExtensions) throws IOException {
        UseSRTPData offered = peerExtensions == null ? null : TlsSRTPUtils.getUseSRTPExtension(peerExtensions);
        if (offered != null) {
            for (SrtpProfile ours : profiles) {
                for (int code : offered.getProtectionProfiles()) {
                    if (ours.code() == code) {
                        profile = ours;
                        return;
                    }
                }
            }
        }
        throw new TlsFatalAlert(AlertDescription.handshake_failure, "no common SRTP profile");
    }

    /** What a server answers. The MKI is declined. */
    void answerProfile(Hashtable<Integer, byte[]> extensions) throws IOException {
        int[] code = {Objects.requireNonNull(profile).code()};
        TlsSRTPUtils.addUseSRTPExtension(extensions, new UseSRTPData(code, TlsUtils.EMPTY_BYTES));
    }

    /** Exports the keys (RFC 5764 §4.2): client key, server key, client salt, server salt. */
    void export(TlsContext context, boolean weAreClient) {
        SrtpProfile agreed = Objects.requireNonNull(profile);
        int key = SrtpProfile.KEY_BYTES;
        int salt = agreed.saltBytes();
        byte[] material = context.exportKeyingMaterial(ExporterLabel.dtls_srtp, null, 2 * (key + salt));
        int salts = 2 * key;
        SrtpKeys client = new SrtpKeys(
                agreed, Arrays.copyOfRange(material, 0, key), Arrays.copyOfRange(material, salts, salts + salt));
        SrtpKeys server = new SrtpKeys(
                agreed,
                Arrays.copyOfRange(material, key, salts),
                Arrays.copyOfRange(material, salts + salt, salts + 2 * salt));
        Arrays.fill(material, (byte) 0);
        keys = weAreClient ? new SrtpKeyPair(client, server) : new SrtpKeyPair(server, client);
        deriveRecordKeys(context.getSecurityParametersConnection());
    }

    /** RFC 5246 §6.3, without the MAC keys that an AEAD has not: client key, server key, client nonce, server nonce. */
    private void deriveRecordKeys(SecurityParameters agreed) {
        boolean longKeys = TlsUtils.getEncryptionAlgorithm(agreed.getCipherSuite()) == EncryptionAlgorithm.AES_256_GCM;
        int key = longKeys ? LONG_RECORD_KEY_BYTES : RECORD_KEY_BYTES;
        int nonce = RecordKey.FIXED_NONCE_BYTES;
        byte[] seed = Arrays.concatenate(agreed.getServerRandom(), agreed.getClientRandom());
        byte[] block = agreed.getMasterSecret()
                .deriveUsingPRF(agreed.getPRFAlgorithm(), ExporterLabel.key_expansion, seed, 2 * (key + nonce))
                .extract();
        int nonces = 2 * key;
        clientRecords =
                new RecordKey(Arrays.copyOfRange(block, 0, key), Arrays.copyOfRange(block, nonces, nonces + nonce));
        serverRecords = new RecordKey(
                Arrays.copyOfRange(block, key, nonces), Arrays.copyOfRange(block, nonces + nonce, nonces + 2 * nonce));
        Arrays.fill(block, (byte) 0);
    }

    boolean mismatch() {
        return mismatch;
    }

    /** What the client's records are sealed with. */
    RecordKey clientRecords() {
        return Objects.requireNonNull(clientRecords, "handshake not complete");
    }

    /** What the server's records are sealed with. */
    RecordKey serverRecords() {
        return Objects.requireNonNull(serverRecords, "handshake not complete");
    }

    SrtpKeyPair keys() {
        return Objects.requireNonNull(keys, "handshake not complete");
    }

    RecordCrypto crypto() {
        return crypto;
    }

    /** Frees what libcrypto holds for it. */
    @Override
    public void close() {
        crypto.close();
    }
}
