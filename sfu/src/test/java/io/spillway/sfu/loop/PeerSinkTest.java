package io.spillway.sfu.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.spillway.sfu.DropCounters;
import io.spillway.sfu.DropReason;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeerSinkTest {

    private static final InetSocketAddress ADDRESS = new InetSocketAddress("192.0.2.1", 5000);

    @Test
    void shouldSendEachByItsOwnWayAndCountWhatAStreamDoesNotTake() {
        DropCounters drops = new DropCounters();
        EgressSlab slab = new EgressSlab(ByteBuffer.allocateDirect(EgressSlab.BYTES));
        PeerSink sink = new PeerSink(new SlabSink(slab), drops);
        TestLink link = new TestLink();
        StreamPeer peer = new StreamPeer(7, ADDRESS, link);

        send(sink, 1, ADDRESS);
        send(sink, 2, peer);
        send(sink, 3, ADDRESS);
        link.full = true;
        send(sink, 4, peer);

        assertEquals(List.of((byte) 2), link.taken);
        assertEquals(1, drops.dropped(DropReason.STREAM_FULL));
        // What went by the stream left no room behind: both of the socket's are one message.
        assertEquals(1, slab.messages());
        assertEquals(2, slab.segments(0));
        assertEquals(1, slab.memory().get(0));
        assertEquals(3, slab.memory().get(10));
    }

    /** Else a long turn would look to every viewer's estimate like a queue on its path. */
    @Test
    void shouldDateAPacketAsTheSocketDoes() {
        EgressSlab slab = new EgressSlab(ByteBuffer.allocateDirect(EgressSlab.BYTES));
        assertEquals(9, new PeerSink(new SlabSink(slab), new DropCounters()).leavesNs(5));
    }

    private static void send(PeerSink sink, int mark, InetSocketAddress to) {
        int at = sink.room(100);
        sink.memory().put(at, (byte) mark);
        sink.commit(10, to);
    }

    private static final class TestLink implements StreamPeer.Link {
        final List<Byte> taken = new ArrayList<>();
        boolean full;

        @Override
        public boolean send(ByteBuffer memory, int at, int length) {
            if (!full) {
                taken.add(memory.get(at));
            }
            return !full;
        }

        @Override
        public void moveTo(int loop) {}

        @Override
        public void owned(boolean byASession) {}
    }

    private record SlabSink(EgressSlab slab) implements DatagramSink {

        @Override
        public long leavesNs(long nowNs) {
            return nowNs + 4;
        }

        @Override
        public int room(int maxBytes) {
            return slab.position();
        }

        @Override
        public ByteBuffer memory() {
            return slab.memory();
        }

        @Override
        public void commit(int length, InetSocketAddress to) {
            slab.commit(length, to, EgressSlab.MAX_SEGMENTS);
        }

        @Override
        public SendCounter sent() {
            return new SendCounter();
        }
    }
}
