package io.spillway.sfu.transport;

import io.spillway.sfu.DropReason;
import io.spillway.sfu.ice.StunMessage;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds whose a datagram is, among the transports of one loop: a STUN check by the user fragment it names, anything else by an address that passed a check before. Both maps are bounded by the
 * number of sessions, which its owner bounds.
 */
public final class Demux {

    /** What this loop's transports do not know of: other loops, and sessions that no loop has yet. */
    public interface Strays {

        /**
         * A STUN check that names no transport here.
         *
         * @return why it was dropped; null when it was dealt with
         */
        @Nullable
        DropReason onCheck(
                StunMessage check,
                String ufrag,
                ByteBuffer buffer,
                int offset,
                int length,
                InetSocketAddress from,
                long nowNs);

        /** A datagram from an address of no transport here; whether it is known elsewhere. */
        boolean onDatagram(ByteBuffer buffer, int offset, int length, InetSocketAddress from);

        /** An address is a transport's of this loop. */
        void onBound(InetSocketAddress address);

        /** An address is no transport's of this loop any more. */
        void onUnbound(InetSocketAddress address);
    }

    private final LoopBuffers buffers;
    private final Strays strays;
    private final Map<String, Transport> byUfrag = new HashMap<>();
    private final Map<InetSocketAddress, Transport> byAddress = new HashMap<>();
    private final Transport.AddressBook book = new Transport.AddressBook() {
        @Override
        public void bind(InetSocketAddress address, Transport transport) {
            Transport before = byAddress.put(address, transport);
            if (before != null && before != transport) {
                before.lose(address);
            } else if (before == null) {
                strays.onBound(address);
            }
        }

        @Override
        public void unbind(InetSocketAddress address, Transport transport) {
            if (byAddress.remove(address, transport)) {
                strays.onUnbound(address);
            }
        }

        @Override
        public void name(String ufrag, Transport transport) {
            byUfrag.put(ufrag, transport);
        }

        @Override
        public void unname(String ufrag, Transport transport) {
            byUfrag.remove(ufrag, transport);
        }
    };

    public Demux(LoopBuffers buffers, Strays strays) {
        this.buffers = buffers;
        this.strays = strays;
    }

    /** Takes a transport in, with the user fragments and addresses it has. */
    public void register(Transport transport) {
        transport.enter(book);
    }

    /** Lets a transport go, with all its addresses. */
    public void remove(Transport transport) {
        transport.leaveBook();
    }

    /** Hands a datagram to its transport; gives why it was dropped, or null. */
    public @Nullable DropReason onDatagram(
            ByteBuffer buffer, int offset, int length, InetSocketAddress from, long nowNs) {
        return switch (Protocol.of(buffer, offset, length)) {
            case STUN -> onStun(buffer, offset, length, from, nowNs);
            case DTLS -> {
                Transport owner = byAddress.get(from);
                yield owner == null
                        ? stray(buffer, offset, length, from, DropReason.DTLS_BEFORE_ICE)
                        : owner.onDtls(buffer, offset, length, from, nowNs);
            }
            case RTP -> {
                Transport owner = byAddress.get(from);
                yield owner == null
                        ? stray(buffer, offset, length, from, DropReason.UNKNOWN_ADDRESS)
                        : owner.onRtp(buffer, offset, length, from, nowNs);
            }
            case RTCP -> {
                Transport owner = byAddress.get(from);
                yield owner == null
                        ? stray(buffer, offset, length, from, DropReason.UNKNOWN_ADDRESS)
                        : owner.onRtcp(buffer, offset, length, from, nowNs);
            }
            case UNKNOWN -> DropReason.UNKNOWN_PROTOCOL;
        };
    }

    private @Nullable DropReason stray(
            ByteBuffer buffer, int offset, int length, InetSocketAddress from, DropReason unknown) {
        return strays.onDatagram(buffer, offset, length, from) ? null : unknown;
    }

    private @Nullable DropReason onStun(ByteBuffer buffer, int offset, int length, InetSocketAddress from, long nowNs) {
        StunMessage message = buffers.stun;
        if (!message.wrap(buffer, offset, length)) {
            return DropReason.MALFORMED_STUN;
        }
        if (!message.isBindingRequest()) {
            return DropReason.UNEXPECTED_STUN;
        }
        String ufrag = message.receiverUfrag();
        if (ufrag == null) {
            return DropReason.UNKNOWN_UFRAG;
        }
        Transport transport = byUfrag.get(ufrag);
        return transport == null
                ? strays.onCheck(message, ufrag, buffer, offset, length, from, nowNs)
                : transport.onStun(message, from, nowNs);
    }

    /** Whether an address is a transport's of this loop. */
    public boolean has(InetSocketAddress address) {
        return byAddress.containsKey(address);
    }

    /** Takes an address from the transport that has it, as when a session of another loop passed a check from it. */
    public void lose(InetSocketAddress address) {
        Transport transport = byAddress.remove(address);
        if (transport != null) {
            transport.lose(address);
            strays.onUnbound(address);
        }
    }

    /** Addresses known to be someone's. */
    public int addresses() {
        return byAddress.size();
    }
}
