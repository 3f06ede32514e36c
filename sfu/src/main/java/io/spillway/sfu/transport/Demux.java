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

    private final LoopBuffers buffers;
    private final Map<String, Transport> byUfrag = new HashMap<>();
    private final Map<InetSocketAddress, Transport> byAddress = new HashMap<>();
    private final Transport.AddressBook book = new Transport.AddressBook() {
        @Override
        public void bind(InetSocketAddress address, Transport transport) {
            Transport before = byAddress.put(address, transport);
            if (before != null && before != transport) {
                before.lose(address);
            }
        }

        @Override
        public void unbind(InetSocketAddress address, Transport transport) {
            byAddress.remove(address, transport);
        }
    };

    public Demux(LoopBuffers buffers) {
        this.buffers = buffers;
    }

    /** Takes a transport in, with the addresses it has. */
    public void register(Transport transport) {
        byUfrag.put(transport.ufrag(), transport);
        transport.keepAddressesIn(book);
    }

    /** Lets a transport go, with all its addresses. */
    public void remove(Transport transport) {
        byUfrag.remove(transport.ufrag(), transport);
        transport.leaveBook();
    }

    /** Hands a datagram to its transport; gives why it was dropped, or null. */
    public @Nullable DropReason onDatagram(
            ByteBuffer buffer, int offset, int length, InetSocketAddress from, long nowNs) {
        Protocol protocol = Protocol.of(buffer, offset, length);
        if (protocol == Protocol.UNKNOWN) {
            return DropReason.UNKNOWN_PROTOCOL;
        }
        if (protocol == Protocol.STUN) {
            return onStun(buffer, offset, length, from, nowNs);
        }
        Transport transport = byAddress.get(from);
        if (transport == null) {
            return protocol == Protocol.DTLS ? DropReason.DTLS_BEFORE_ICE : DropReason.UNKNOWN_ADDRESS;
        }
        return transport.onDatagram(buffer, offset, length, from, nowNs);
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
        Transport transport = ufrag == null ? null : byUfrag.get(ufrag);
        return transport == null ? DropReason.UNKNOWN_UFRAG : transport.onStun(message, from, nowNs);
    }

    /** Which session a datagram's STUN check names, or null when it is none; for finding the loop that owns it. */
    public @Nullable String ufragOf(ByteBuffer buffer, int offset, int length) {
        boolean check = Protocol.of(buffer, offset, length) == Protocol.STUN
                && buffers.stun.wrap(buffer, offset, length)
                && buffers.stun.isBindingRequest();
        return check ? buffers.stun.receiverUfrag() : null;
    }

    /** Sessions taken in. */
    public int sessions() {
        return byUfrag.size();
    }

    /** Addresses known to be someone's. */
    public int addresses() {
        return byAddress.size();
    }
}
