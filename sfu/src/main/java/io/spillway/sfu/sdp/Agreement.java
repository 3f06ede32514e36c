package io.spillway.sfu.sdp;

import io.spillway.sfu.Rejected;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** An offer both sides can live with: what the session needs to know, and the answer once our own transport is known. Immutable. */
public final class Agreement {

    private final Offer offer;
    private final List<AnsweredMedia> answered;
    private final List<AgreedMedia> media;
    private final RemoteTransport remote;

    private Agreement(Offer offer, List<AnsweredMedia> answered, RemoteTransport remote) {
        this.offer = offer;
        this.answered = List.copyOf(answered);
        this.remote = remote;
        this.media = answered.stream()
                .flatMap(one -> Stream.ofNullable(one.agreed()))
                .toList();
    }

    /** @throws Rejected 422 when the answer would be longer than every client reads */
    static Agreement of(Offer offer, List<AnsweredMedia> answered, RemoteTransport remote) throws Rejected {
        var agreement = new Agreement(offer, answered, remote);
        int bytes = agreement.answer(Longest.TRANSPORT).getBytes(StandardCharsets.UTF_8).length;
        if (bytes > AnswerWriter.MAX_BYTES) {
            throw Rejections.unsupported(
                    "offer-too-long",
                    "the answer to this offer could take " + bytes + " bytes, clients read " + AnswerWriter.MAX_BYTES
                            + ": offer fewer payload types or shorter a=fmtp lines");
        }
        return agreement;
    }

    /** Accepted m-lines in the order offered; never empty. */
    public List<AgreedMedia> media() {
        return media;
    }

    public RemoteTransport remote() {
        return remote;
    }

    /** The answer: starts with {@code v=}, CRLF throughout, below 8192 bytes. */
    public String answer(LocalTransport local) {
        return AnswerWriter.write(offer, answered, remote.ourRole(), local);
    }

    /** How an ICE restart of what was agreed is answered. */
    public FragmentAnswer fragment() {
        return AnswerWriter.fragment(offer, answered);
    }

    /** The longest transport that can be announced: an agreement is measured with it, so that no answer fails later. */
    private static final class Longest {

        static final LocalTransport TRANSPORT = new LocalTransport(
                "u".repeat(64),
                "p".repeat(64),
                Fingerprint.of("sha-512", new byte[64]),
                IntStream.range(0, LocalTransport.MAX_CANDIDATES)
                        .mapToObj(Longest::address)
                        .toList(),
                true,
                Long.MAX_VALUE);

        private static InetSocketAddress address(int last) {
            byte[] ipv6 = new byte[16];
            Arrays.fill(ipv6, (byte) 0xfd);
            ipv6[15] = (byte) (0xf0 + last);
            try {
                return new InetSocketAddress(InetAddress.getByAddress(ipv6), 65_535);
            } catch (UnknownHostException impossible) {
                throw new AssertionError(impossible);
            }
        }
    }
}
