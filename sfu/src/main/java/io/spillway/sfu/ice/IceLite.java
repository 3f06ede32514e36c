package io.spillway.sfu.ice;

import io.spillway.media.memory.Poison;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.loop.StreamPeer;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The lite side of one session's ICE (RFC 8445 §2.5): answers checks, remembers which addresses passed one, and which of them is selected. It never sends a check of its own.
 *
 * <p>What fails authentication gets no answer at all; every answer is about as long as its request, and goes to where that came from.
 *
 * <p>After {@link #restart} the old credentials go on to hold until a valid check has the new ones. From then on only the new ones do; what the peer had under
 * way from its old addresses is still heard for {@link #OLD_PATH_NS}.
 */
public final class IceLite {

    /** A browser on a multi-homed machine checks from about eight addresses; the oldest gives way. */
    public static final int MAX_ADDRESSES = 16;

    /** How long addresses of before a restart stay valid after it: the peer goes on to send from them until our answer to its check is there. */
    public static final long OLD_PATH_NS = 5_000_000_000L;

    private static final long NEVER = Long.MIN_VALUE;

    /** What the session hears. */
    public interface Output {

        /** Sends an answer; the buffer is borrowed for the call. */
        void send(ByteBuffer buffer, int offset, int length, InetSocketAddress to);

        /** An address passed its first check. */
        void onValidated(InetSocketAddress address);

        /** An address is no longer among the valid ones. */
        void onForgotten(InetSocketAddress address);

        /** A check had the credentials of the restart: those of before hold no more. */
        void onRestarted(IceCredentials before, long nowNs);
    }

    private static final class Remote {
        final InetSocketAddress address;
        long lastCheckNs;

        /** Whether its last check was before the restart. */
        boolean old;

        Remote(InetSocketAddress address) {
            this.address = address;
        }
    }

    private IceCredentials local;
    private StunKey key;
    private @Nullable IceCredentials next;
    private @Nullable StunKey nextKey;
    private final Output out;
    private final StunWriter writer;
    private final byte[] transactionId = new byte[Stun.TRANSACTION_ID_BYTES];
    private final List<Remote> remotes = new ArrayList<>(2);
    private @Nullable InetSocketAddress selected;
    private long lastCheckNs = NEVER;
    private long restartedNs = NEVER;

    /** @param writer what answers are written with; those of one loop may share it */
    public IceLite(IceCredentials local, StunWriter writer, Output out) {
        this.writer = writer;
        this.local = local;
        this.key = new StunKey(local.pwd());
        this.out = out;
    }

    /**
     * Takes checks with these credentials too, and only with them once one came (RFC 8445 §9). A restart that is not done yet gives way.
     *
     * @return the credentials that gave way, or null
     */
    public @Nullable IceCredentials restart(IceCredentials credentials) {
        IceCredentials replaced = next;
        if (credentials.equals(local) || credentials.equals(replaced)) {
            return null;
        }
        next = credentials;
        nextKey = new StunKey(credentials.pwd());
        return replaced;
    }

    /** Takes a wrapped message; gives why it was dropped, or null. */
    public @Nullable DropReason onMessage(StunMessage message, InetSocketAddress from, long nowNs) {
        IceCredentials restart = next;
        StunKey restartKey = nextKey;
        if (restart != null && restartKey != null && restart.ufrag().equals(message.receiverUfrag())) {
            return onMessage(message, restart, restartKey, from, nowNs);
        }
        return onMessage(message, local, key, from, nowNs);
    }

    private @Nullable DropReason onMessage(
            StunMessage message, IceCredentials credentials, StunKey itsKey, InetSocketAddress from, long nowNs) {
        DropReason refusal = refusal(message, credentials, itsKey);
        if (refusal != null) {
            return refusal;
        }
        message.transactionId(transactionId);
        if (message.unknownCount() > 0) {
            writer.begin(Stun.BINDING_ERROR, transactionId)
                    .errorCode(Stun.UNKNOWN_ATTRIBUTE_ERROR)
                    .unknownAttributes(message);
            answer(itsKey, from);
            return null;
        }
        if (message.hasControlled()) {
            // A lite side is always controlled, so a peer that claims the same must change (RFC 8445 §7.3.1.1).
            writer.begin(Stun.BINDING_ERROR, transactionId).errorCode(Stun.ROLE_CONFLICT_ERROR);
            answer(itsKey, from);
            return null;
        }
        writer.begin(Stun.BINDING_SUCCESS, transactionId).xorMappedAddress(StreamPeer.seen(from));
        answer(itsKey, from);
        if (credentials.equals(next)) {
            goOnWith(credentials, itsKey, nowNs);
        }
        onValidCheck(from, message.hasUseCandidate(), nowNs);
        return null;
    }

    /** Why a message is no valid check of the session that has these credentials; null when it is one. */
    public static @Nullable DropReason refusal(StunMessage message, IceCredentials credentials) {
        return refusal(message, credentials, new StunKey(credentials.pwd()));
    }

    /** The restart is done: RFC 8445 §9 has data go on the old path until here. */
    private void goOnWith(IceCredentials credentials, StunKey itsKey, long nowNs) {
        IceCredentials before = local;
        local = credentials;
        key = itsKey;
        next = null;
        nextKey = null;
        for (Remote remote : remotes) {
            remote.old = true;
        }
        selected = null;
        restartedNs = nowNs;
        out.onRestarted(before, nowNs);
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

    private void answer(StunKey itsKey, InetSocketAddress to) {
        int length = writer.finish(itsKey);
        out.send(writer.buffer(), 0, length, to);
        assert Poison.over(writer.buffer(), 0, length);
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
        remote.old = false;
        if (restartedNs != NEVER && nowNs - restartedNs >= OLD_PATH_NS) {
            forgetOldPath();
        }
        // Until something is nominated the first valid address serves, which saves a round trip.
        boolean select = useCandidate || selected == null;
        if (select && !from.equals(selected)) {
            selected = from;
        }
    }

    private void forgetOldPath() {
        restartedNs = NEVER;
        for (int i = remotes.size() - 1; i >= 0; i--) {
            Remote remote = remotes.get(i);
            if (remote.old) {
                remotes.remove(i);
                out.onForgotten(remote.address);
            }
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

    /** The credentials that hold; those of a restart once a check had them. */
    public IceCredentials local() {
        return local;
    }

    /** The credentials of a restart that no check had yet, or null. */
    public @Nullable IceCredentials next() {
        return next;
    }

    /** The addresses that passed a check and are still remembered. */
    public List<InetSocketAddress> validAddresses() {
        return remotes.stream().map(remote -> remote.address).toList();
    }
}
