package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.Rejected;
import io.spillway.sfu.SessionStatus;
import io.spillway.sfu.Sfu.SessionRole;
import java.lang.reflect.Proxy;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A session whose own code breaks while it ends is gone all the same. */
final class SessionDefectTest {

    private final World world = new World(9);

    /** A viewer that plays, and whose media throws when it is closed. */
    private Client broken() throws Rejected {
        Client publisher = world.publisher();
        world.play(publisher, 6, 6);
        Client viewer = world.viewer();
        world.play(publisher, 6, 6);
        assertEquals(1, world.sfu.stream(World.LIVE).orElseThrow().viewers());
        Session session = Objects.requireNonNull(((SfuCore) world.agent(0)).session(viewer.sessionId()));
        SessionMedia media = session.media();
        session.carry(session.transport(), (SessionMedia) Proxy.newProxyInstance(
                SessionDefectTest.class.getClassLoader(),
                new Class<?>[] {SessionMedia.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        throw new IllegalStateException("a defect, on purpose");
                    }
                    return method.invoke(media, arguments);
                }));
        return viewer;
    }

    @Test
    void shouldBeGoneWhenItsPeerLeaves() throws Rejected {
        Client viewer = broken();
        viewer.peer().close();
        world.net.advanceMs(500);
        assertEquals(0, world.sfu.stream(World.LIVE).orElseThrow().viewers(), "its place is free again");
        assertEquals(
                1,
                world.sfu.sessions(World.LIVE).stream()
                        .filter(session -> session.state() == SessionStatus.State.CONNECTED)
                        .count());
    }

    @Test
    void shouldTellItsPeerWhenItIsEnded() throws Rejected {
        Client viewer = broken();
        assertThrows(
                IllegalStateException.class,
                () -> world.sfu.end(SessionRole.VIEWER, World.LIVE, viewer.sessionId()),
                "who asked for it is told");
        world.net.advanceMs(500);
        assertTrue(viewer.isClosedByServer());
        assertEquals(0, world.sfu.stream(World.LIVE).orElseThrow().viewers());
    }
}
