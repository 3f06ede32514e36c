package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One stream over sockets that share a port: the kernel decides which loop owns whom. */
class RealSocketsTest {

    private static final int VIEWERS = 16;
    private static final int FRAMES = 60;
    private static final int SENT_BEFORE_JOIN = 5;

    @ParameterizedTest
    @CsvSource({"1, linux", "2, linux", "8, linux", "1, netty", "8, netty"})
    void shouldShowOneStreamToAllWhereverTheyArrive(int loops, String transport) throws Exception {
        try (SocketGround ground = new SocketGround(loops, transport.equals("linux"))) {
            Client publisher = ground.join(true);
            ground.play(publisher, SENT_BEFORE_JOIN);
            List<Client> viewers = new ArrayList<>();
            for (int i = 0; i < VIEWERS; i++) {
                viewers.add(ground.join(false));
            }
            ground.play(publisher, FRAMES);
            ground.await(
                    () -> viewers.stream().allMatch(viewer -> viewer.received().size() == SENT_BEFORE_JOIN + FRAMES));

            for (Client viewer : viewers) {
                assertTrue(viewer.received().getFirst().keyframe());
                SessionTest.assertContinuousInAnyOrder(viewer);
            }
            assertEquals(VIEWERS, ground.sfu().stream(World.LIVE).orElseThrow().viewers());
            assertTrue(loops == 1 || ground.loopsInUse() > 1, "17 addresses are not all of one hash");
            ground.sfu().drain();
            ground.await(() -> viewers.stream().allMatch(Client::isClosedByServer));
            assertEquals(List.of(), ground.sfu().streams());
        }
    }
}
