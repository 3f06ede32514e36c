package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.Rejected;
import io.spillway.sfu.session.H265Peer.Nal;
import io.spillway.sfu.session.H265Peer.Sets;
import io.spillway.testkit.Link;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** H.265 from a publisher's SRTP to a viewer's decoder, in virtual time (R12, B6, O10). */
class H265SessionTest {

    private final World world = new World(265);
    private int hosts;

    @ParameterizedTest
    @EnumSource
    void shouldBeDecodableFromTheFirstPacketWhenAViewerJoinsMidGroup(Sets sets) throws Rejected {
        H265Peer publisher = connect(true, sets);
        play(publisher, 40, 30);
        H265Peer viewer = connect(false, sets);
        play(publisher, 70, 30);

        assertDecodable(viewer);
        assertEquals(110 - 30, pictures(viewer).size(), "all since the newest IDR picture before it joined");
    }

    @ParameterizedTest
    @EnumSource
    void shouldBeDecodableThroughATakeoverByAnotherEncoder(Sets sets) throws Rejected {
        H265Peer first = connect(true, Sets.AGGREGATED);
        play(first, 10, 1_000);
        H265Peer viewer = connect(false, Sets.AGGREGATED);
        play(first, 30, 1_000);
        int before = pictures(viewer).size();
        H265Peer second = connect(true, sets);
        play(second, 60, 20);

        assertDecodable(viewer);
        List<Nal> pictures = pictures(viewer);
        assertEquals(40, before);
        assertEquals(before + 60, pictures.size());
        assertEquals(H265Peer.IDR, pictures.get(before).type(), "the other encoder starts at its IDR picture");
    }

    @Test
    void shouldRepairFragmentsThatThePublishersNetworkLoses() throws Rejected {
        H265Peer publisher = connect(true, Sets.AGGREGATED);
        play(publisher, 5, 1_000);
        H265Peer viewer = connect(false, Sets.AGGREGATED);
        world.net.link(publisher.address, World.SERVER, Link.ofDelayMs(15).withLoss(0.03));
        play(publisher, 200, 50);
        world.net.link(publisher.address, World.SERVER, Link.ofDelayMs(15));
        play(publisher, 5, 1_000);

        assertEquals(
                viewer.arrivals().size(), viewer.arrivals().stream().distinct().count(), "nothing twice");
        assertTrue(
                !viewer.arrivals().equals(viewer.arrivals().stream().sorted().toList()),
                "some were repaired, and so came late");
        assertDecodable(viewer);
        assertEquals(210, pictures(viewer).size());
    }

    @Test
    void shouldRefuseAViewerWithoutH265AndSayWhatIsSent() throws Rejected {
        H265Peer publisher = connect(true, Sets.AGGREGATED);
        play(publisher, 5, 1_000);
        Rejected refused = assertThrows(Rejected.class, () -> world.offer(false));
        assertEquals(422, refused.status(), "neither 406 nor 400, which make players do other things (P7)");
        assertTrue(String.valueOf(refused.getMessage()).contains("H265"), refused::getMessage);
        assertEquals(0, world.sfu.stream(World.LIVE).orElseThrow().viewers(), "nothing is left of it");
        assertTrue(connect(false, Sets.AGGREGATED).peer().isConnected(), "and others may watch");
    }

    @Test
    void shouldAnswerUnderTheViewersPayloadType() throws Rejected {
        H265Peer publisher = connect(true, Sets.AGGREGATED);
        play(publisher, 5, 1_000);
        H265Peer viewer = connect(false, Sets.AGGREGATED);
        assertTrue(viewer.answer().contains("a=rtpmap:98 H265/90000\r\n"), viewer.answer());
        assertTrue(
                viewer.answer().contains("a=fmtp:98 profile-id=1;tier-flag=0;level-id=93;tx-mode=SRST\r\n"),
                viewer.answer());
    }

    private H265Peer connect(boolean publishes, Sets sets) throws Rejected {
        hosts++;
        H265Peer peer =
                new H265Peer(world, publishes, sets, new InetSocketAddress(World.address("10.1.0." + hosts), 40_000));
        world.net.attach(peer.address, peer.peer());
        assertTrue(world.net.runUntil(peer.peer()::isConnected, 5_000));
        world.net.advanceMs(200);
        return peer;
    }

    private void play(H265Peer publisher, int pictures, int keyEach) {
        IntStream.range(0, pictures).forEach(i -> {
            publisher.sendPicture(publisher.picturesSent() % keyEach == 0);
            world.net.advanceMs(33);
        });
    }

    private static List<Nal> pictures(H265Peer viewer) {
        return viewer.nals().stream()
                .filter(nal -> nal.type() == H265Peer.IDR || nal.type() == H265Peer.TRAILING)
                .toList();
    }

    /** What a decoder needs: no hole, sets with each IDR picture and before it, nothing before the first, whole slices. */
    private static void assertDecodable(H265Peer viewer) {
        List<Long> sequences = viewer.arrivals().stream().sorted().toList();
        for (int i = 1; i < sequences.size(); i++) {
            assertEquals(sequences.get(i - 1) + 1, sequences.get(i), "a hole at " + i);
        }
        List<Nal> nals = viewer.nals();
        assertFalse(nals.isEmpty());
        long previous = Long.MIN_VALUE;
        for (int i = 0; i < nals.size(); i++) {
            Nal nal = nals.get(i);
            if (nal.type() == H265Peer.IDR) {
                assertTrue(i >= 3, "an IDR picture with nothing before it");
                List<Nal> sets = nals.subList(i - 3, i);
                assertEquals(
                        List.of(H265Peer.VPS, H265Peer.SPS, H265Peer.PPS),
                        sets.stream().map(Nal::type).toList(),
                        "before the IDR picture at " + i);
                assertTrue(
                        sets.stream().allMatch(set -> set.timestamp() == nal.timestamp()),
                        "in the same access unit (B6)");
            }
            if (nal.type() == H265Peer.IDR || nal.type() == H265Peer.TRAILING) {
                assertTrue(
                        previous != Long.MIN_VALUE || nal.type() == H265Peer.IDR,
                        () -> "the first picture is an IDR one: " + nals.subList(0, 12));
                assertTrue(nal.timestamp() > previous, "pictures go forward");
                assertTrue(nal.firstSlice());
                assertEquals(H265Peer.pictureBytes(nal.type()), nal.bytes(), "a whole slice");
                previous = nal.timestamp();
            }
        }
    }
}
