package io.spillway.sfu.ice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.DropReason;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IceLiteTest {

    private static final InetSocketAddress A = new InetSocketAddress("198.51.100.7", 40_000);
    private static final InetSocketAddress B = new InetSocketAddress("198.51.100.7", 40_001);
    private static final InetSocketAddress V6 = new InetSocketAddress("2001:db8::7", 40_000);

    private final IceCredentials local = IceCredentials.create(new Random(1));
    private final StunKey key = new StunKey(local.pwd());
    private final StunWriter writer = new StunWriter();
    private final StunMessage message = new StunMessage();
    private final Heard heard = new Heard();
    private final IceLite ice = new IceLite(local, new StunWriter(), heard);

    private static final class Heard implements IceLite.Output {
        final List<byte[]> answers = new ArrayList<>();
        final List<InetSocketAddress> answeredTo = new ArrayList<>();
        final List<InetSocketAddress> forgotten = new ArrayList<>();
        final List<IceCredentials> restarted = new ArrayList<>();

        @Override
        public void send(ByteBuffer buffer, int offset, int length, InetSocketAddress to) {
            byte[] answer = new byte[length];
            buffer.get(offset, answer);
            answers.add(answer);
            answeredTo.add(to);
        }

        @Override
        public void onValidated(InetSocketAddress address) {}

        @Override
        public void onForgotten(InetSocketAddress address) {
            forgotten.add(address);
        }

        @Override
        public void onRestarted(IceCredentials before, long nowNs) {
            restarted.add(before);
        }
    }

    private StunWriter request() {
        return writer.request(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
                .username(local.ufrag() + ":them");
    }

    private @Nullable DropReason receive(int length, InetSocketAddress from, long nowNs) {
        assertTrue(message.wrap(writer.buffer(), 0, length));
        return ice.onMessage(message, from, nowNs);
    }

    private StunMessage lastAnswer() {
        byte[] answer = heard.answers.getLast();
        StunMessage read = new StunMessage();
        assertTrue(read.wrap(ByteBuffer.wrap(answer), 0, answer.length));
        assertTrue(key.signed(read), "answers are signed");
        assertTrue(read.hasFingerprint());
        return read;
    }

    @Test
    void shouldAnswerWithTheAddressItSaw() {
        for (InetSocketAddress from : List.of(A, V6)) {
            assertNull(
                    receive(request().priority(1).controlling(7).useCandidate().finish(key), from, 0));
            StunMessage answer = lastAnswer();
            assertTrue(answer.isBindingSuccess());
            assertEquals(from, answer.mappedAddress());
            assertEquals(from, heard.answeredTo.getLast());
            byte[] transactionId = new byte[12];
            answer.transactionId(transactionId);
            assertEquals(12, transactionId[11]);
            assertEquals(from, ice.selected());
        }
    }

    @Test
    void shouldTakeAChecksWithoutPriorityAndRole() {
        // FFmpeg 8.0 sends no more than this.
        assertNull(receive(request().useCandidate().finish(key), A, 0));
        assertTrue(lastAnswer().isBindingSuccess());
        assertEquals(A, ice.selected());
    }

    @Test
    void shouldStaySilentTowardWhoCannotSign() {
        StunKey wrong = new StunKey(local.pwd() + "x");
        assertEquals(DropReason.STUN_INTEGRITY, receive(request().useCandidate().finish(wrong), A, 0));
        assertEquals(DropReason.STUN_INTEGRITY, receive(request().useCandidate().finish(), A, 0));
        assertEquals(
                DropReason.UNKNOWN_UFRAG,
                receive(writer.request(new byte[12]).username("else:them").finish(key), A, 0));
        assertEquals(
                DropReason.UNKNOWN_UFRAG, receive(writer.request(new byte[12]).finish(key), A, 0));
        assertEquals(
                DropReason.UNEXPECTED_STUN,
                receive(writer.begin(Stun.BINDING_SUCCESS, new byte[12]).finish(key), A, 0));
        assertEquals(List.of(), heard.answers);
        assertNull(ice.selected());
        assertFalse(ice.hasPassedACheck());
        assertFalse(ice.isValid(A));
    }

    @Test
    void shouldRefuseWhatItMustUnderstandAndDoesNot() {
        assertNull(receive(
                request().raw(0x7F01, new byte[4]).raw(0x7F02, new byte[8]).finish(key), A, 0));
        StunMessage answer = lastAnswer();
        assertTrue(answer.isBindingError());
        assertEquals(420, answer.errorCode());
        assertFalse(ice.isValid(A));
    }

    @Test
    void shouldIgnoreOptionalAttributesItDoesNotKnow() {
        assertNull(receive(request().raw(0xC057, new byte[4]).finish(key), A, 0));
        assertTrue(lastAnswer().isBindingSuccess());
    }

    @Test
    void shouldTellAControlledPeerToControl() {
        assertNull(receive(request().controlled(Long.MAX_VALUE).useCandidate().finish(key), A, 0));
        assertEquals(487, lastAnswer().errorCode());
        assertFalse(ice.isValid(A));
        assertNull(ice.selected());
    }

    @Test
    void shouldNeverAnswerWithMoreThanWasAsked() {
        // Suppliers, since the writer holds one message at a time.
        List<IntSupplier> requests = List.of(
                () -> request().useCandidate().finish(key),
                () -> request().raw(0x7F01, new byte[0]).finish(key),
                () -> request()
                        .raw(0x7F01, new byte[0])
                        .raw(0x7F02, new byte[0])
                        .finish(key),
                () -> request().controlled(1).finish(key));
        for (IntSupplier request : requests) {
            int asked = request.getAsInt();
            receive(asked, V6, 0);
            int answered = heard.answers.getLast().length;
            assertTrue(answered <= asked, asked + " bytes asked, " + answered + " answered");
        }
    }

    @Test
    void shouldSelectTheLatestNominated() {
        receive(request().finish(key), A, 1);
        assertEquals(A, ice.selected(), "the first valid one serves until something is nominated");
        receive(request().finish(key), B, 2);
        assertEquals(A, ice.selected());
        receive(request().useCandidate().finish(key), B, 3);
        assertEquals(B, ice.selected());
        receive(request().finish(key), A, 4);
        assertEquals(B, ice.selected());
        receive(request().useCandidate().finish(key), A, 5);
        assertEquals(A, ice.selected());
        assertEquals(5, ice.lastCheckNs());
    }

    @Test
    void shouldForgetTheOldestAddressButNeverTheSelected() {
        receive(request().useCandidate().finish(key), A, 0);
        for (int i = 1; i <= 2 * IceLite.MAX_ADDRESSES; i++) {
            receive(request().finish(key), new InetSocketAddress("203.0.113.1", 1000 + i), i);
        }
        assertEquals(IceLite.MAX_ADDRESSES, ice.validAddresses().size());
        assertTrue(ice.isValid(A));
        assertEquals(A, ice.selected());
        assertEquals(new InetSocketAddress("203.0.113.1", 1001), heard.forgotten.getFirst());
        assertEquals(2 * IceLite.MAX_ADDRESSES + 1 - IceLite.MAX_ADDRESSES, heard.forgotten.size());
    }

    @Test
    void shouldMakeCredentialsThatFitAndDiffer() {
        Random random = new Random(3);
        IceCredentials one = IceCredentials.create(random);
        IceCredentials two = IceCredentials.create(random);
        assertTrue(one.ufrag().matches("[A-Za-z0-9]{16}"), one.ufrag());
        assertTrue(one.pwd().matches("[A-Za-z0-9]{32}"));
        assertFalse(one.ufrag().equals(two.ufrag()) || one.pwd().equals(two.pwd()));
        assertFalse(one.toString().contains(one.pwd()));
        assertNotNull(ice.local());
    }

    @Test
    void shouldTakeOldCredentialsUntilACheckHasTheNewOnes() {
        IceCredentials next = IceCredentials.create(new Random(2));
        StunKey nextKey = new StunKey(next.pwd());
        assertNull(receive(request().priority(1).controlling(7).useCandidate().finish(key), A, 0));
        assertNull(ice.restart(next));
        assertNull(ice.restart(next), "a repeated request replaces nothing");

        assertNull(receive(request().priority(1).controlling(7).useCandidate().finish(key), A, 1));
        assertEquals(DropReason.STUN_INTEGRITY, receive(request(next).finish(key), B, 2), "the new name, the old key");
        assertNull(receive(request(next).controlled(7).finish(nextKey), B, 3), "answered, and no valid check");
        assertEquals(local, ice.local());
        assertEquals(A, ice.selected());
        assertEquals(List.of(), heard.restarted);

        assertNull(receive(request(next).controlling(7).finish(nextKey), B, 4));
        assertEquals(List.of(local), heard.restarted);
        assertEquals(next, ice.local());
        assertEquals(B, ice.selected(), "at once, though not nominated: the old path may be dead");
        assertEquals(DropReason.UNKNOWN_UFRAG, receive(request().finish(key), A, 5));
        assertTrue(ice.isValid(A), "what is under way from there is still heard");

        long later = 4 + IceLite.OLD_PATH_NS;
        assertNull(receive(request(next).controlling(7).finish(nextKey), B, later - 1));
        assertTrue(ice.isValid(A));
        assertNull(receive(request(next).controlling(7).finish(nextKey), B, later));
        assertFalse(ice.isValid(A));
        assertEquals(List.of(A), heard.forgotten);
        assertTrue(ice.isValid(B));
    }

    @Test
    void shouldKeepAnAddressThatPassesACheckOfTheRestartToo() {
        IceCredentials next = IceCredentials.create(new Random(2));
        StunKey nextKey = new StunKey(next.pwd());
        assertNull(receive(request().priority(1).controlling(7).useCandidate().finish(key), A, 0));
        assertNull(ice.restart(next));
        for (long nowNs : new long[] {1, 2 + IceLite.OLD_PATH_NS}) {
            assertNull(receive(request(next).controlling(7).useCandidate().finish(nextKey), A, nowNs));
        }
        assertEquals(A, ice.selected());
        assertEquals(List.of(), heard.forgotten);
    }

    @Test
    void shouldHaveARestartGiveWayToTheNext() {
        IceCredentials first = IceCredentials.create(new Random(2));
        IceCredentials second = IceCredentials.create(new Random(3));
        assertNull(ice.restart(first));
        assertEquals(first, ice.restart(second));
        assertEquals(DropReason.UNKNOWN_UFRAG, receive(request(first).finish(new StunKey(first.pwd())), A, 0));
        assertNull(receive(request(second).finish(new StunKey(second.pwd())), A, 0));
        assertEquals(second, ice.local());
        assertNull(ice.next());
    }

    private StunWriter request(IceCredentials credentials) {
        return writer.request(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
                .username(credentials.ufrag() + ":them");
    }
}
