package io.spillway.sfu.ice;

import io.spillway.sfu.DropReason;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The lite side of one session's ICE (RFC 8445 §2.5): answers checks, remembers which addresses passed one, and which of them is selected. It never sends a check of its own.
 *
 * <p>What fails authentication gets no answer at all; every answer is about as long as its request, and goes to where that came from.
 */
public final class IceLite {

    /** A browser on a multi-homed machine checks from about eight addresses; the oldest gives way. */
    public static final int MAX_ADDRESSES = 16;

    private static final long NEVER = Long.MIN_VALUE;

    /** What the session hears. */
    public interface Output {

        /** Sends an answer; the buffer is borrowed for the call. */
        void send(ByteBuffer buffer, int offset, int length, InetSocketAddress to);

        /** An address passed its first check. */
        void onValidated(InetSocketAddress address);

        /** An address is no longer among the valid ones. */
        void onForgotten(InetSocketAddress address);

        /** Where to send from now on. */
        void onSelected(InetSocketAddress address, long nowNs);
    }

    private static final class Remote {
        final InetSocketAddress address;
        long lastCheckNs;

        Remote(InetSocketAddress address) {
            this.address = address;
        }
    }

    private final IceCredentials local;
    private final StunKey key;
    private final Output out;
    private final StunWriter writer = new StunWriter();
    private final byte[] transactionId = new byte[Stun.TRANSACTION_ID_BYTES];
    private final List<Remote> remotes = new ArrayList<>(2);
    private @Nullable InetSocketAddress selected;
    private long lastCheckNs = NEVER;

    public IceLite(IceCredentials local, Output out) {
        this.local = local;
        this.key = new StunKey(local.pwd());
        this.out = out;
    }

    /** Takes a wrapped message; gives why it was dropped, or null. */
    public @Nullable DropReason onMessage(StunMessage message, InetSocketAddress from, long nowNs) {
        DropReason refusal = refusal(message, local, key);
        if (refusal != null) {
            return refusal;
        }
        message.transactionId(transactionId);
        if (message.unknownCount() > 0) {
            writer.begin(Stun.BINDING_ERROR, transactionId)
                    .errorCode(Stun.UNKNOWN_ATTRIBUTE_ERROR)
                    .unknownAttributes(message);
            answer(from);
            return null;
        }
        if (message.hasControlled()) {
            // A lite side is always controlled, so a peer that claims the same must change (RFC 8445 §7.3.1.1).
            writer.begin(Stun.BINDING_ERROR, transactionId).errorCode(Stun.ROLE_CONFLICT_ERROR);
            answer(from);
            return null;
        }
        writer.begin(Stun.BINDING_SUCCESS, transactionId).xorMappedAddress(from);
        answer(from);
        onValidCheck(from, message.hasUseCandidate(), nowNs);
        return null;
    }

    /** Why a message is no valid check of the session that has these credentials; null when it is one. */
    public static @Nullable DropReason refusal(StunMessage message, IceCredentials credentials) {
        return refusal(message, credentials, new StunKey(credentials.pwd()));
    }

    private static @Nullable DropReason refusal(StunMessage message, IceCredentials credentials, StunKey key) {
        if (!message.isBindingRequest()) {
            return DropReason.UNEXPECTED_STUN;
        }
        if (!message.hasFingerprint()) {
            // RFC 8445 §7.1: checks carry one, as they share a port with other protocols.
            return DropReason.MALFORMED_STUN;
        }
        if (!credentials.ufrag().equals(message.receiverUfrag())) {
            return DropReason.UNKNOWN_UFRAG;
        }
        return key.signed(message) ? null : DropReason.STUN_INTEGRITY;
    }

    private void answer(InetSocketAddress to) {
        int length = writer.finish(key);
        out.send(writer.buffer(), 0, length, to);
    }

    private void onValidCheck(InetSocketAddress from, boolean useCandidate, long nowNs) {
        lastCheckNs = nowNs;
        Remote remote = find(from);
        if (remote == null) {
            remote = new Remote(from);
            makeRoom();
            remotes.add(remote);
            out.onValidated(from);
        }
        remote.lastCheckNs = nowNs;
        // Until something is nominated the first valid address serves, which saves a round trip.
        boolean select = useCandidate || selected == null;
        if (select && !from.equals(selected)) {
            selected = from;
            out.onSelected(from, nowNs);
        }
    }

    private void makeRoom() {
        if (remotes.size() < MAX_ADDRESSES) {
            return;
        }
        Remote oldest = null;
        for (Remote remote : remotes) {
            if (!remote.address.equals(selected) && (oldest == null || remote.lastCheckNs < oldest.lastCheckNs)) {
                oldest = remote;
            }
        }
        if (oldest != null) {
            remotes.remove(oldest);
            out.onForgotten(oldest.address);
        }
    }

    private @Nullable Remote find(InetSocketAddress address) {
        for (int i = 0; i < remotes.size(); i++) {
            Remote remote = remotes.get(i);
            if (remote.address.equals(address)) {
                return remote;
            }
        }
        return null;
    }

    /** Whether an address has passed a check and is still remembered. */
    public boolean isValid(InetSocketAddress address) {
        return find(address) != null;
    }

    /** Forgets an address, as when another session took it over. */
    public void forget(InetSocketAddress address) {
        remotes.removeIf(remote -> remote.address.equals(address));
        if (address.equals(selected)) {
            selected = null;
        }
    }

    /** Where to send: the latest nominated address, before that the first valid one, or null. */
    public @Nullable InetSocketAddress selected() {
        return selected;
    }

    public boolean hasPassedACheck() {
        return lastCheckNs != NEVER;
    }

    /** When the last valid check came; meaningless before the first. */
    public long lastCheckNs() {
        return lastCheckNs;
    }

    public IceCredentials local() {
        return local;
    }

    /** The addresses that passed a check and are still remembered. */
    public List<InetSocketAddress> validAddresses() {
        return remotes.stream().map(remote -> remote.address).toList();
    }
}
