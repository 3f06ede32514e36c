package io.spillway.sfu.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EgressSlabTest {

    private static final InetSocketAddress[] PEERS = {peer(1), peer(2), peer(3)};

    private final EgressSlab slab = new EgressSlab(ByteBuffer.allocateDirect(EgressSlab.BYTES));

    /** Datagrams as peer and size; messages as count x size, a shorter last one behind a plus. */
    @ParameterizedTest
    @CsvSource({
        "A9, 1x9",
        "A9 A9 A9, 3x9",
        "A9 A9 A7, 2x9+7",
        "A9 A9 A7 A7, 2x9+7 1x7",
        "A9 A9 A7 A9, 2x9+7 1x9",
        "A8 A9 A9, 1x8 2x9",
        "A8 A8 A9 A9 A9 A4, 2x8 3x9+4",
        "A9 B9 A9 B9, 1x9 1x9 1x9 1x9",
        "A9 A9 B9 B9 C9, 2x9 2x9 1x9",
        "A0 A0, 1x0 1x0",
    })
    void shouldJoinEqualSizesToOnePeer(String datagrams, String messages) {
        for (String datagram : datagrams.split(" ", -1)) {
            add(PEERS[datagram.charAt(0) - 'A'], Integer.parseInt(datagram.substring(1)), EgressSlab.MAX_SEGMENTS);
        }
        assertEquals(messages, messages());
    }

    @Test
    void shouldRespectHowManyTheKernelCuts() {
        for (int i = 0; i < 5; i++) {
            add(PEERS[0], 10, 2);
        }
        assertEquals("2x10 2x10 1x10", messages());
        slab.clear();
        add(PEERS[0], 10, 1);
        add(PEERS[0], 10, 1);
        assertEquals("1x10 1x10", messages());
    }

    @Test
    void shouldKeepAMessageWithinADatagramOfTheNetworkLayer() {
        for (int i = 0; i < 60; i++) {
            add(PEERS[0], 1_200, EgressSlab.MAX_SEGMENTS);
        }
        assertEquals("54x1200 6x1200", messages());
    }

    @Test
    void shouldSayWhenAnotherDatagramDoesNotFit() {
        assertTrue(slab.fits(EgressSlab.BYTES));
        assertFalse(slab.fits(EgressSlab.BYTES + 1));
        for (int i = 0; i < EgressSlab.MAX_MESSAGES; i++) {
            assertTrue(slab.fits(1));
            add(PEERS[i % 2], 1, 1);
        }
        assertFalse(slab.fits(1));
        slab.clear();
        assertTrue(slab.fits(EgressSlab.BYTES));
    }

    @Test
    void shouldTakeDatagramsOffOneByOne() {
        for (int size : new int[] {9, 9, 7}) {
            add(PEERS[0], size, EgressSlab.MAX_SEGMENTS);
        }
        add(PEERS[1], 5, EgressSlab.MAX_SEGMENTS);
        List<String> left = IntStream.range(0, 5)
                .mapToObj(i -> {
                    String all = slab.datagrams() + ": " + messages();
                    if (i == 3) {
                        slab.done();
                    } else if (i < 3) {
                        slab.datagramDone();
                    }
                    return all;
                })
                .toList();
        assertEquals(Arrays.asList("4: 2x9+7 1x5", "3: 1x9+7 1x5", "2: 1x7 1x5", "1: 1x5", "0: "), left);
        assertTrue(slab.isEmpty());
    }

    private void add(InetSocketAddress to, int bytes, int maxSegments) {
        slab.commit(bytes, to, maxSegments);
    }

    private String messages() {
        StringBuilder all = new StringBuilder();
        int end = -1;
        for (int i = slab.first(); i < slab.messages(); i++) {
            assertTrue(end < 0 || slab.offset(i) == end, "messages lie one after the other");
            end = slab.offset(i) + slab.length(i);
            int last = slab.length(i) - (slab.segments(i) - 1) * slab.segmentBytes(i);
            all.append(all.isEmpty() ? "" : " ");
            if (last == slab.segmentBytes(i)) {
                all.append(slab.segments(i)).append('x').append(slab.segmentBytes(i));
            } else {
                all.append(slab.segments(i) - 1)
                        .append('x')
                        .append(slab.segmentBytes(i))
                        .append('+')
                        .append(last);
            }
        }
        return all.toString();
    }

    private static InetSocketAddress peer(int host) {
        return new InetSocketAddress(InetAddress.ofLiteral("192.0.2." + host), 4_000);
    }
}
