package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.LayerWish;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.StreamStatus;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A whole session of a publisher in OBS's dialect, over a network, in virtual time (O5, O8, O9, R41). */
final class ObsSimulcastTest {

    private static final long MS = 1_000_000L;

    private final World world = new World(7);
    private final ObsPublisher obs = publisher();

    private ObsPublisher publisher() {
        try {
            var address = new InetSocketAddress(InetAddress.getByAddress(new byte[] {10, 9, 9, 9}), 41_000);
            var made = new ObsPublisher(world, address);
            world.net.attach(address, made.peer());
            assertTrue(world.net.runUntil(made.peer()::isConnected, 5_000));
            world.net.advanceMs(200);
            return made;
        } catch (Rejected | UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldFindAndSizeTheThreeLayers() {
        obs.play(60);
        List<StreamStatus.Layer> layers =
                world.sfu().stream(World.LIVE).orElseThrow().tracks().getFirst().layers();
        assertEquals(
                List.of("0 640x360 true", "1 426x240 true", "2 212x120 true"),
                layers.stream()
                        .map(layer -> layer.rid() + " " + layer.width() + "x" + layer.height() + " " + layer.active())
                        .toList());
    }

    @Test
    void shouldShowTheLargestLayerWithinASecondToWhoJoinsLateInTheGroup() throws Rejected {
        obs.play(220);
        long joinedNs = world.nowNs();
        Client viewer = world.viewer();
        obs.play(45);
        Client.Received first = viewer.received().getFirst();
        assertTrue(first.keyframe());
        assertEquals(ObsPublisher.payloadBytes(0), first.payloadBytes());
        assertTrue(first.atNs() - joinedNs <= 1_000 * MS, "the handshake and the network included");
        assertContinuous(viewer);
    }

    @Test
    void shouldMoveDownWhenALayerFallsSilentAndUpWhenItIsBack() throws Rejected {
        obs.play(100);
        Client viewer = world.viewer();
        obs.play(60);
        assertEquals(ObsPublisher.payloadBytes(0), viewer.received().getLast().payloadBytes());
        assertTrue(obs.framesIntoGroup() < 200, "no keyframe helps");

        obs.silence(0, true);
        long silentNs = world.nowNs();
        int before = viewer.received().size();
        // Silence is certain after 1.5 s, looked at twice a second, and the publisher is given 0.5 s to answer.
        obs.play(80);
        Client.Received lower = firstOf(viewer, before, 1);
        assertTrue(lower.keyframe());
        assertTrue(lower.atNs() - silentNs <= 2_600 * MS, (lower.atNs() - silentNs) / MS + " ms");
        assertEquals(ObsPublisher.payloadBytes(1), viewer.received().getLast().payloadBytes());

        obs.silence(0, false);
        int down = viewer.received().size();
        obs.play(ObsPublisher.GROUP_FRAMES);
        assertTrue(firstOf(viewer, down, 0).keyframe());
        assertEquals(ObsPublisher.payloadBytes(0), viewer.received().getLast().payloadBytes());
        assertContinuous(viewer);
        assertTrue(obs.keyframesAsked() > 0 && obs.keyframesAsked() <= 40, obs.keyframesAsked() + " in vain");
        assertTrue(world.counter("viewer_freezes", "") >= 1, "and that it stood still is told");
    }

    /** P18: by hand, against a publisher that answers no request. */
    @Test
    void shouldSendTheLayerThatTheViewerChooses() throws Rejected {
        obs.play(100);
        Client viewer = world.viewer();
        obs.play(60);
        int before = viewer.received().size();
        choose(viewer, "2");
        obs.play(60);
        assertTrue(firstOf(viewer, before, 2).keyframe());
        assertEquals(ObsPublisher.payloadBytes(2), viewer.received().getLast().payloadBytes());

        int low = viewer.received().size();
        world.sfu().choose(World.LIVE, viewer.sessionId(), null, LayerWish.AUTOMATIC);
        obs.play(ObsPublisher.GROUP_FRAMES);
        assertTrue(firstOf(viewer, low, 0).keyframe());
        assertEquals(ObsPublisher.payloadBytes(0), viewer.received().getLast().payloadBytes());
        assertContinuous(viewer);
    }

    @Test
    void shouldHoldToAChoiceMadeBeforeTheFirstCheck() throws Rejected {
        obs.play(60);
        Client viewer = world.offer(false);
        choose(viewer, "1");
        world.connect(viewer);
        obs.play(60);
        assertTrue(
                viewer.received().stream().allMatch(packet -> packet.payloadBytes() == ObsPublisher.payloadBytes(1)));
        assertTrue(viewer.received().size() > 30);
    }

    @Test
    void shouldRefuseAChoiceOfWhatIsNotThere() throws Rejected {
        obs.play(10);
        Client viewer = world.viewer();
        assertRefused(422, "it has 0, 1, 2", viewer.sessionId(), null, LayerWish.ofRid("h"));
        assertRefused(422, "its video is \"0\"", viewer.sessionId(), "7", LayerWish.AUTOMATIC);
        assertRefused(404, "no such session", "nobody", null, LayerWish.AUTOMATIC);
    }

    private void assertRefused(int status, String sentence, String session, @Nullable String mediaId, LayerWish wish) {
        Rejected refusal = assertThrows(Rejected.class, () -> world.sfu().choose(World.LIVE, session, mediaId, wish));
        assertEquals(status, refusal.status());
        assertTrue(String.valueOf(refusal.getMessage()).contains(sentence), refusal::toString);
    }

    private void choose(Client viewer, String rid) throws Rejected {
        world.sfu().choose(World.LIVE, viewer.sessionId(), null, LayerWish.ofRid(rid));
    }

    private static Client.Received firstOf(Client viewer, int from, int layer) {
        return viewer.received().subList(from, viewer.received().size()).stream()
                .filter(packet -> packet.payloadBytes() == ObsPublisher.payloadBytes(layer))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing of layer " + layer));
    }

    private static void assertContinuous(Client viewer) {
        List<Client.Received> received = viewer.received();
        for (int i = 1; i < received.size(); i++) {
            assertEquals(received.get(i - 1).sequence() + 1, received.get(i).sequence());
            assertTrue(received.get(i).timestamp() > received.get(i - 1).timestamp());
        }
    }
}
