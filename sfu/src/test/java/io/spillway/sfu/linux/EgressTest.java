package io.spillway.sfu.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.DropCounters;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.loop.EgressSlab;
import io.spillway.sfu.loop.SendCounter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is sent, kept and given up, by what the kernel answers. */
class EgressTest {

    private static final int ALL = ScriptedKernel.ALL;
    private static final int AGAIN = -Errno.EAGAIN;
    private static final InetSocketAddress A = peer(1);
    private static final InetSocketAddress B = peer(2);

    private final ScriptedKernel kernel = new ScriptedKernel();
    private final DropCounters drops = new DropCounters();
    private long clockNs;
    private Egress egress = new Egress(kernel, 7, true, true, drops, () -> clockNs);

    @Test
    void shouldHandOverAllMessagesOfATurnByOneCall() {
        add(A, "aaaa", "bbbb", "cc");
        add(B, "dddd");
        add(A, "eeee");
        assertEquals(List.of(), kernel.sent);
        egress.flush();
        assertEquals(List.of("1:aaaa", "1:bbbb", "1:cc", "2:dddd", "1:eeee"), kernel.sent);
        assertEquals(List.of(3), kernel.calls);
        egress.flush();
        assertEquals(List.of(3), kernel.calls);
    }

    @Test
    void shouldCountWhatTheKernelTook() {
        kernel.script(1, AGAIN, ALL);
        add(A, "aaaa", "bbbb", "cc");
        add(B, "dddd");
        egress.flush();
        assertEquals("2 calls, 1 messages, 3 datagrams, 10 bytes", counted());
        egress.flush();
        assertEquals("3 calls, 2 messages, 4 datagrams, 14 bytes", counted());
    }

    @Test
    void shouldTellWhenWhatIsWrittenLateInALongTurnLeaves() {
        long turnNs = 1_000;
        clockNs = 9_000;
        assertEquals(turnNs, egress.leavesNs(turnNs));
        for (int i = 0; i <= EgressSlab.MAX_MESSAGES; i++) {
            add(i % 2 == 0 ? A : B, "aaaa");
        }
        assertEquals(EgressSlab.MAX_MESSAGES, kernel.sent.size());
        assertEquals(9_000, egress.leavesNs(turnNs));
        egress.flush();
        assertEquals(20_000, egress.leavesNs(20_000));
    }

    private String counted() {
        SendCounter sent = egress.sent();
        return sent.calls() + " calls, " + sent.messages() + " messages, " + sent.datagrams() + " datagrams, "
                + sent.bytes() + " bytes";
    }

    @Test
    void shouldSendOneByOneWhereTheKernelCannotCut() {
        egress = new Egress(kernel, 7, true, false, drops, () -> clockNs);
        add(A, "aaaa", "bbbb", "cc");
        egress.flush();
        assertEquals(List.of("1:aaaa", "1:bbbb", "1:cc"), kernel.sent);
        assertEquals(List.of(3), kernel.calls);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldWriteAddressesAsTheSocketsFamilyWantsThem(boolean ipv6) {
        egress = new Egress(kernel, 7, ipv6, true, drops, () -> clockNs);
        add(A, "aaaa");
        add(B, "bbbb");
        egress.flush();
        assertEquals(List.of("1:aaaa", "2:bbbb"), kernel.sent);
    }

    @Test
    void shouldGoOnWhereAPartialSendStopped() {
        kernel.script(1, 2, -Errno.EINTR, ALL);
        add(A, "aaaa", "bbbb");
        add(B, "cccc");
        add(A, "dddd");
        add(B, "eeee", "ff");
        egress.flush();
        assertEquals(List.of("1:aaaa", "1:bbbb", "2:cccc", "1:dddd", "2:eeee", "2:ff"), kernel.sent);
        assertEquals(List.of(1, 2, 1), kernel.calls);
        assertFalse(egress.isBlocked());
    }

    @Test
    void shouldKeepWhatTheKernelDoesNotTakeAndSendItFirstLater() {
        kernel.script(1, AGAIN, AGAIN);
        add(A, "aaaa");
        add(B, "bbbb");
        egress.flush();
        assertTrue(egress.isBlocked());
        add(A, "cccc");
        egress.flush();
        assertTrue(egress.isBlocked());
        add(A, "dddd");
        egress.flush();
        assertEquals(List.of("1:aaaa", "2:bbbb", "1:cccc", "1:dddd"), kernel.sent);
        assertFalse(egress.isBlocked());
        assertEquals(0, drops.dropped(DropReason.SEND_BUFFER_FULL));
    }

    /** It is met by the loop, or by whoever writes when the slab is full: neither is to blame. */
    @Test
    void shouldGiveUpWhatADefectIsMetInAndGoOn() {
        InetSocketAddress nowhere = InetSocketAddress.createUnresolved("nowhere", 1);
        add(nowhere, "lost");
        add(A, "lost");
        egress.flush();
        assertEquals(2, drops.dropped(DropReason.SEND_REFUSED));
        add(A, "sent");
        egress.flush();
        assertEquals(List.of("1:sent"), kernel.sent);

        add(nowhere, "lost");
        for (int i = 1; i < EgressSlab.MAX_MESSAGES; i++) {
            add(i % 2 == 0 ? A : B, "lost");
        }
        add(A, "sent");
        egress.flush();
        assertEquals(List.of("1:sent", "1:sent"), kernel.sent);
        assertEquals(2 + EgressSlab.MAX_MESSAGES, drops.dropped(DropReason.SEND_REFUSED));
    }

    /** Turns that send little, while the kernel takes nothing. */
    @Test
    void shouldKeepWhatIsLittleHoweverManyTurnsItCameIn() {
        for (int i = 0; i < 40; i++) {
            kernel.script(AGAIN);
            add(i % 2 == 0 ? A : B, "n" + i);
            egress.flush();
        }
        assertEquals(0, drops.dropped(DropReason.SEND_BUFFER_FULL));
        egress = drained(egress);
        assertEquals(40, kernel.sent.size());
        assertEquals("1:n0", kernel.sent.getFirst());
        assertEquals("2:n39", kernel.sent.getLast());
    }

    @Test
    void shouldGiveUpWhatWaitedLongestWhenTheQueueIsFull() {
        int perSlab = EgressSlab.MAX_MESSAGES;
        int slabs = Egress.MAX_SLABS + 3;
        for (int i = 0; i < slabs * perSlab; i++) {
            kernel.script(AGAIN);
            add(i % 2 == 0 ? A : B, "n" + i);
        }
        kernel.script(AGAIN);
        egress.flush();
        long dropped = drops.dropped(DropReason.SEND_BUFFER_FULL);
        assertTrue(dropped >= 3L * perSlab && dropped <= 4L * perSlab, dropped + " dropped");
        egress = drained(egress);
        assertEquals((long) slabs * perSlab, kernel.sent.size() + dropped);
        assertEquals("1:n" + dropped, kernel.sent.getFirst());
        assertEquals("2:n" + (slabs * perSlab - 1), kernel.sent.getLast());
    }

    @ParameterizedTest
    @CsvSource({
        "1, SEND_REFUSED", // EPERM: a firewall
        "101, SEND_REFUSED", // ENETUNREACH
        "113, SEND_REFUSED", // EHOSTUNREACH
        "22, SEND_REFUSED", // EINVAL: port 0
        "105, SEND_BUFFER_FULL", // ENOBUFS
        "12, SEND_BUFFER_FULL", // ENOMEM
    })
    void shouldSkipAMessageThatIsRefusedAndGoOn(int errno, DropReason reason) {
        kernel.script(1, -errno, ALL);
        add(A, "aaaa");
        add(B, "bbbb");
        add(A, "cccc");
        egress.flush();
        assertEquals(List.of("1:aaaa", "1:cccc"), kernel.sent);
        assertEquals(1, drops.dropped(reason));
        assertFalse(egress.isBlocked());
    }

    /** A full device refuses every message: there is nothing to wait for, and asking it for each would take the turn. */
    @ParameterizedTest
    @ValueSource(ints = {Errno.ENOBUFS, Errno.ENOMEM})
    void shouldGiveASlabUpThatAFullDeviceRefusesAgainAndAgain(int errno) {
        kernel.script(1);
        for (int i = 0; i < Egress.MAX_FULL; i++) {
            kernel.script(-errno);
        }
        for (int i = 0; i < 100; i++) {
            add(i % 2 == 0 ? A : B, "aaaa", "bb");
        }
        egress.flush();
        assertEquals(List.of("1:aaaa", "1:bb"), kernel.sent);
        assertEquals(198, drops.dropped(DropReason.SEND_BUFFER_FULL));
        assertEquals(1 + Egress.MAX_FULL, egress.sent().calls());
        assertFalse(egress.isBlocked());
        add(A, "cccc");
        egress.flush();
        assertEquals(List.of("1:aaaa", "1:bb", "1:cccc"), kernel.sent);
    }

    @Test
    void shouldGiveUpWhatIsSentOneByOneToAFullDeviceAndCutAgainLater() {
        kernel.script(-Errno.EINVAL, 1);
        for (int i = 0; i < Egress.MAX_FULL; i++) {
            kernel.script(-Errno.ENOBUFS);
        }
        String[] same = new String[20];
        Arrays.fill(same, "aaaa");
        add(A, same);
        add(B, "bbbb");
        egress.flush();
        assertEquals(List.of("1:aaaa"), kernel.sent);
        assertEquals(20, drops.dropped(DropReason.SEND_BUFFER_FULL));
        kernel.calls.clear();
        add(A, "cccc", "dddd");
        egress.flush();
        assertEquals(List.of(1), kernel.calls);
    }

    @Test
    void shouldNotGiveUpADeviceThatTakesSomeBetween() {
        for (int i = 0; i < 3 * Egress.MAX_FULL; i++) {
            kernel.script(-Errno.ENOBUFS, 1);
        }
        for (int i = 0; i < 6 * Egress.MAX_FULL; i++) {
            add(i % 2 == 0 ? A : B, "n" + i);
        }
        egress.flush();
        assertEquals(3 * Egress.MAX_FULL, kernel.sent.size());
        assertEquals(3 * Egress.MAX_FULL, drops.dropped(DropReason.SEND_BUFFER_FULL));
    }

    /** A firewall's no is about an address, not about the way to all of them. */
    @Test
    void shouldAskForEachMessageThatIsRefusedForItsAddress() {
        for (int i = 0; i < 3 * Egress.MAX_FULL; i++) {
            kernel.script(-Errno.EPERM);
            add(i % 2 == 0 ? A : B, "lost");
        }
        add(A, "sent");
        egress.flush();
        assertEquals(List.of("1:sent"), kernel.sent);
        assertEquals(3 * Egress.MAX_FULL, drops.dropped(DropReason.SEND_REFUSED));
    }

    /** A network that is down refuses every message of every slab: laying out anew behind each what is left would take the turn. */
    @Test
    void shouldLayOutOnceWhatIsRefusedMessageByMessage() {
        kernel.script(1, -Errno.EPERM, -Errno.ENETUNREACH, ALL);
        for (int i = 0; i < 5; i++) {
            add(i % 2 == 0 ? A : B, "n" + i);
        }
        egress.flush();
        assertEquals(List.of("1:n0", "2:n3", "1:n4"), kernel.sent);
        long first = kernel.vectors.getFirst();
        List<Long> messages = kernel.vectors.stream()
                .map(vector -> (vector - first) / MessageVector.HEADER_BYTES)
                .toList();
        assertEquals(List.of(0L, 1L, 2L, 3L), messages);
    }

    @Test
    void shouldCountEveryDatagramOfARefusedMessage() {
        kernel.script(-Errno.EPERM, ALL);
        add(A, "aaaa", "bbbb", "cc");
        add(B, "dddd");
        egress.flush();
        assertEquals(List.of("2:dddd"), kernel.sent);
        assertEquals(3, drops.dropped(DropReason.SEND_REFUSED));
    }

    @Test
    void shouldResendOneByOneWhatThePathIsTooNarrowForAndGoOnCuttingForOthers() {
        for (int errno : new int[] {Errno.EINVAL, Errno.EMSGSIZE}) {
            kernel.sent.clear();
            kernel.calls.clear();
            kernel.script(1, -errno, ALL, ALL);
            add(B, "zz");
            add(A, "aaaa", "bbbb", "cc");
            add(B, "dddd", "eeee");
            egress.flush();
            assertEquals(List.of("2:zz", "1:aaaa", "1:bbbb", "1:cc", "2:dddd", "2:eeee"), kernel.sent);
            assertEquals(List.of(1, 3, 1), kernel.calls);
        }
    }

    @Test
    void shouldStopCuttingWhenTheDeviceCannot() {
        kernel.script(-Errno.EIO, ALL, ALL);
        add(A, "aaaa", "bbbb");
        egress.flush();
        assertEquals(List.of("1:aaaa", "1:bbbb"), kernel.sent);
        kernel.calls.clear();
        add(A, "cccc", "dddd");
        egress.flush();
        assertEquals(List.of(2), kernel.calls);
        assertEquals(List.of("1:aaaa", "1:bbbb", "1:cccc", "1:dddd"), kernel.sent);
    }

    @Test
    void shouldKeepItsPlaceWithinAMessageThatIsSentOneByOne() {
        kernel.script(-Errno.EINVAL, 1, AGAIN, 1, -Errno.EPERM, ALL);
        add(A, "aaaa", "bbbb", "cccc", "dd");
        egress.flush();
        assertTrue(egress.isBlocked());
        egress.flush();
        assertEquals(List.of("1:aaaa", "1:bbbb", "1:dd"), kernel.sent);
        assertEquals(1, drops.dropped(DropReason.SEND_REFUSED));
        assertFalse(egress.isBlocked());
    }

    @Test
    void shouldFlushEarlyWhenTheSlabIsFull() {
        String text = "x".repeat(1_400);
        int datagrams = EgressSlab.BYTES / text.length() + 5;
        for (int i = 0; i < datagrams; i++) {
            add(A, text);
        }
        assertTrue(kernel.sent.size() > datagrams - 10);
        egress.flush();
        assertEquals(datagrams, kernel.sent.size());
    }

    private Egress drained(Egress full) {
        while (full.isBlocked()) {
            full.flush();
        }
        return full;
    }

    private void add(InetSocketAddress to, String... texts) {
        for (String text : texts) {
            byte[] bytes = text.getBytes(US_ASCII);
            egress.send(ByteBuffer.wrap(bytes), 0, bytes.length, to);
        }
    }

    private static InetSocketAddress peer(int port) {
        return new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), port);
    }

    @Test
    void shouldTellTheKernelsAddressesApart() {
        List<InetSocketAddress> peers = new ArrayList<>(List.of(A, B, A, peer(9)));
        for (InetSocketAddress peer : peers) {
            add(PeerAddress.of(peer), "x");
        }
        egress.flush();
        assertEquals(List.of("1:x", "2:x", "1:x", "9:x"), kernel.sent);
    }
}
