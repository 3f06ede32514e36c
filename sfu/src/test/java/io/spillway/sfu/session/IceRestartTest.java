package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.DropReason;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.Sfu.IceAnswer;
import io.spillway.sfu.Sfu.SessionRole;
import io.spillway.sfu.ice.IceCredentials;
import io.spillway.sfu.srtp.jitsi.JitsiSrtp;
import io.spillway.testkit.Seeds;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Trickle and ICE restart as a session takes them, W33–W39, in virtual time. */
class IceRestartTest {

    private static final int NO_KEYFRAMES = 100_000;
    private static final InetSocketAddress NEXT = new InetSocketAddress("198.51.100.7", 41_000);

    /** What both sides have after the request, and the peer does not check with yet. */
    private record Restart(IceCredentials local, IceAnswer answer) {

        IceCredentials remote() {
            return new IceCredentials(attribute("ice-ufrag"), attribute("ice-pwd"));
        }

        String attribute(String name) {
            Matcher line = Pattern.compile("(?m)^a=" + name + ":(.*?)\r?$").matcher(answer.fragment());
            assertTrue(line.find(), answer.fragment());
            return line.group(1);
        }
    }

    private static Restart restart(World world, SessionRole role, Client client) throws Rejected {
        IceCredentials local = IceCredentials.create(world.random);
        return new Restart(local, world.sfu.restart(role, World.LIVE, client.sessionId(), fragment(local), null));
    }

    private static String fragment(IceCredentials credentials) {
        return "a=ice-ufrag:" + credentials.ufrag() + "\r\na=ice-pwd:" + credentials.pwd() + "\r\n";
    }

    /** The peer checks from another address, and sends from the one it had until it is answered. */
    private static void checkFrom(World world, Client client, InetSocketAddress next, Restart restart) {
        InetSocketAddress before = client.address();
        world.net.attach(next, client.peer());
        client.address(next);
        client.peer().restart(restart.local(), restart.remote());
        client.address(before);
    }

    @ParameterizedTest
    @CsvSource({"1, PUBLISHER", "1, VIEWER", "3, PUBLISHER", "3, VIEWER", "8, PUBLISHER", "8, VIEWER"})
    void shouldGoOnWithoutAGapWhereTheFirstCheckOfTheRestartComesFrom(int loops, SessionRole role) throws Rejected {
        for (long seed = 0; seed < 5; seed++) {
            World world = new World(seed, loops);
            Client publisher = world.publisher(0);
            world.play(publisher, 10, NO_KEYFRAMES);
            Client viewer = world.viewer(loops / 2);
            world.play(publisher, 20, NO_KEYFRAMES);
            Client client = role == SessionRole.PUBLISHER ? publisher : viewer;
            InetSocketAddress old = client.address();
            int connections = (int) world.counter("sessions_connected", "publisher");

            Restart restart = restart(world, role, client);
            int before = viewer.received().size();
            world.play(publisher, 30, NO_KEYFRAMES);
            assertEquals(before + 30, viewer.received().size(), "the old path goes on until the first check");

            world.arrive(NEXT, loops - 1);
            checkFrom(world, client, NEXT, restart);
            world.play(publisher, 3, NO_KEYFRAMES);
            client.address(NEXT);
            world.play(publisher, 30, NO_KEYFRAMES);
            assertEquals(before + 63, viewer.received().size(), "seed " + seed);
            SessionTest.assertContinuous(viewer);
            assertEquals(0, viewer.peer().srtpRefused(), "the keys are those of before");

            world.net.detach(old);
            world.play(publisher, 1_500, 300);
            world.net.advanceMs(100);
            assertEquals(before + 1_563, viewer.received().size(), "checks keep the new path alive");
            assertEquals(connections, world.counter("sessions_connected", "publisher"));
            assertFalse(publisher.isClosedByServer() || viewer.isClosedByServer());
            assertEquals(0, world.counter("defects", ""));
        }
    }

    @ParameterizedTest
    @EnumSource(SessionRole.class)
    void shouldLeaveTheOldPathWhenTheRestartFails(SessionRole role) throws Rejected {
        World world = new World(1, 2);
        Client publisher = world.publisher(0);
        world.play(publisher, 10, NO_KEYFRAMES);
        Client viewer = world.viewer(1);
        world.play(publisher, 10, NO_KEYFRAMES);
        Client client = role == SessionRole.PUBLISHER ? publisher : viewer;

        Restart failed = restart(world, role, client);
        world.play(publisher, 2_000, 300);
        assertEquals(2_020, viewer.received().size(), "for longer than consent holds");

        Restart second = restart(world, role, client);
        assertNotEquals(failed.answer().iceTag(), second.answer().iceTag());
        long unknown = world.dropped(DropReason.UNKNOWN_UFRAG);
        client.peer().restart(failed.local(), failed.remote());
        world.net.advanceMs(20);
        assertEquals(unknown + 1, world.dropped(DropReason.UNKNOWN_UFRAG), "it gave way to the second");
        client.peer().restart(second.local(), second.remote());
        world.play(publisher, 30, NO_KEYFRAMES);
        assertEquals(2_050, viewer.received().size(), "from the address of before, too");
        assertFalse(publisher.isClosedByServer() || viewer.isClosedByServer());
    }

    @Test
    void shouldTakeOnlyTheNewCredentialsAndAddressesAfterTheRestart() throws Rejected {
        World world = new World(1, 2);
        Client publisher = world.publisher(0);
        world.play(publisher, 10, NO_KEYFRAMES);
        IceCredentials localBefore = publisher.peer().local();
        IceCredentials remoteBefore = publisher.peer().remote();
        InetSocketAddress old = publisher.address();
        Restart restart = restart(world, SessionRole.PUBLISHER, publisher);
        world.arrive(NEXT, 1);
        checkFrom(world, publisher, NEXT, restart);
        world.net.advanceMs(20);

        long ufrags = world.dropped(DropReason.UNKNOWN_UFRAG);
        publisher.peer().restart(localBefore, remoteBefore);
        world.net.advanceMs(20);
        assertEquals(ufrags + 1, world.dropped(DropReason.UNKNOWN_UFRAG));

        publisher.address(NEXT);
        publisher.peer().restart(restart.local(), restart.remote());
        world.net.advanceMs(11_000); // two consent checks
        publisher.address(old);
        long addresses = world.dropped(DropReason.UNKNOWN_ADDRESS);
        publisher.sendFrame(false);
        world.net.advanceMs(20);
        assertEquals(addresses + 1, world.dropped(DropReason.UNKNOWN_ADDRESS), "W39: the old path is gone");
    }

    /** A name that stays behind would lead strangers' checks to the session, and fill the memory of one that restarts often. */
    @Test
    void shouldLeaveNoNameBehind() throws Rejected {
        World world = new World(1, 2);
        Client publisher = world.publisher(0);
        world.play(publisher, 10, NO_KEYFRAMES);
        String first = publisher.peer().remote().ufrag();
        Restart abandoned = restart(world, SessionRole.PUBLISHER, publisher);
        Restart restart = restart(world, SessionRole.PUBLISHER, publisher);
        String second = restart.remote().ufrag();
        assertEquals(
                List.of(true, false, true),
                known(world, first, abandoned.remote().ufrag(), second));

        checkFrom(world, publisher, NEXT, restart);
        world.net.advanceMs(20);
        assertEquals(List.of(false, true), known(world, first, second));

        world.sfu.end(SessionRole.PUBLISHER, World.LIVE, publisher.sessionId());
        assertEquals(List.of(false, false), known(world, first, second));
    }

    private static List<Boolean> known(World world, String... ufrags) {
        return Stream.of(ufrags)
                .map(ufrag -> world.sfu.directory().byUfrag(ufrag) != null)
                .toList();
    }

    @Test
    void shouldEndWhenConsentExpiresThoughARestartWasAskedFor() throws Rejected {
        World world = new World(1);
        Client publisher = world.publisher();
        world.vanish(publisher);
        world.net.advanceMs(20_000);
        restart(world, SessionRole.PUBLISHER, publisher);
        world.net.advanceMs(12_000);
        assertFalse(world.sfu.exists(SessionRole.PUBLISHER, World.LIVE, publisher.sessionId()));
        Rejected gone = assertThrows(Rejected.class, () -> restart(world, SessionRole.PUBLISHER, publisher));
        assertEquals(404, gone.status());
    }

    @Seeds(4)
    void shouldConnectWithEitherCredentialsWhenRestartedBeforeAnyCheck(long seed) throws Rejected {
        World world = new World(seed, 3);
        Client late = world.offer(true);
        Restart first = restart(world, SessionRole.PUBLISHER, late);
        Restart second = restart(world, SessionRole.PUBLISHER, late);
        long unknown = world.dropped(DropReason.UNKNOWN_UFRAG);
        late.peer().restart(first.local(), first.remote());
        world.net.advanceMs(20);
        assertEquals(unknown + 1, world.dropped(DropReason.UNKNOWN_UFRAG), "it gave way to the second");
        late.peer().restart(second.local(), second.remote());
        world.connect(late);

        // The answer to its restart was lost: it goes on with what it has.
        Client lost = world.offer(false);
        Restart unheard = restart(world, SessionRole.VIEWER, lost);
        world.connect(lost);
        world.play(late, 30, 10);
        assertTrue(lost.received().size() >= 29, lost.received().size() + " pictures");
        lost.peer().restart(unheard.local(), unheard.remote());
        world.play(late, 30, 10);
        assertTrue(lost.received().size() >= 59, lost.received().size() + " pictures");
        assertEquals(0, world.counter("defects", ""));
    }

    @Test
    void shouldRestartWhenItsLoopComesRound() throws Rejected {
        World world = new World(1, 2);
        Client publisher = world.publisher(0);
        world.play(publisher, 10, NO_KEYFRAMES);
        world.loops.stall(0);
        Restart restart = restart(world, SessionRole.PUBLISHER, publisher);
        world.arrive(NEXT, 1);
        checkFrom(world, publisher, NEXT, restart);
        publisher.address(NEXT);
        world.net.advanceMs(100);
        world.loops.goOn(0);
        // The check that came meanwhile was lost or not; checks are repeated.
        world.net.advanceMs(6_000);
        int checks = publisher.peer().checksAnswered();
        publisher.peer().check();
        world.net.advanceMs(20);
        assertEquals(checks + 1, publisher.peer().checksAnswered());
        assertEquals(NEXT, publisher.peer().mappedAddress());
    }

    @Test
    void shouldAnswerWithNewCredentialsAndAllCandidates() throws Rejected {
        SfuSettings settings = new SfuSettings(
                () -> List.of(World.address("2001:db8::1"), World.address("192.0.2.1")),
                true,
                64,
                32,
                1_000_000,
                95,
                true);
        World world = new World(1, settings, new JitsiSrtp(), 1);
        Client publisher = world.offer(true);
        IceCredentials local = IceCredentials.create(world.random);
        IceAnswer answer = world.sfu.restart(
                SessionRole.PUBLISHER,
                World.LIVE,
                publisher.sessionId(),
                fragment(local),
                World.address("203.0.113.5"));
        Restart restart = new Restart(local, answer);

        assertEquals(
                List.of(
                        "a=ice-lite",
                        "a=ice-options:ice2",
                        "a=group:BUNDLE 0",
                        "m=video 9 UDP/TLS/RTP/SAVPF 96 97",
                        "a=mid:0",
                        "a=ice-ufrag:" + restart.remote().ufrag(),
                        "a=ice-pwd:" + restart.remote().pwd(),
                        "a=candidate:1 1 udp 2130706431 203.0.113.5 8189 typ host",
                        "a=candidate:2 1 udp 2130706175 192.0.2.1 8189 typ host",
                        "a=candidate:3 1 udp 2130705919 2001:db8::1 8189 typ host",
                        "a=candidate:4 1 tcp 1520435199 203.0.113.5 8189 typ host tcptype passive",
                        "a=candidate:5 1 tcp 1520434943 192.0.2.1 8189 typ host tcptype passive",
                        "a=candidate:6 1 tcp 1520434687 2001:db8::1 8189 typ host tcptype passive",
                        "a=end-of-candidates",
                        ""),
                List.of(answer.fragment().split("\r\n", -1)));
        assertFalse(answer.fragment().replace("\r\n", "").contains("\n"));
        assertNotEquals(publisher.peer().remote().ufrag(), restart.remote().ufrag());
        assertNotEquals(publisher.peer().remote().pwd(), restart.remote().pwd());
        assertEquals(
                Optional.of(answer.iceTag()),
                world.sfu.iceTag(SessionRole.PUBLISHER, World.LIVE, publisher.sessionId()));

        // A request that is repeated, as its answer was lost, begins nothing new.
        Restart again = new Restart(
                local,
                world.sfu.restart(SessionRole.PUBLISHER, World.LIVE, publisher.sessionId(), fragment(local), null));
        assertEquals(answer.iceTag(), again.answer().iceTag());
        assertEquals(restart.remote(), again.remote());
    }

    /** The client's own credentials in a row are UFRAG and PWD, those of a restart before that OLDU and OLDP. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            true  | a=candidate:1 1 udp 1 192.0.2.1 5000 typ host    | 204
            true  | a=ice-ufrag:UFRAG+a=ice-pwd:PWD                  | 204
            false | a=ice-ufrag:UFRAG+a=ice-pwd:PWD                  | 204
            false | a=ice-ufrag:UFRAG+a=ice-pwd:PWD+a=candidate:1 1 udp 1 x.local 9 typ host | 204
            true  | a=ice-ufrag:OLDU+a=ice-pwd:OLDP                  | 412
            true  | a=ice-ufrag:UFRAG+a=ice-pwd:OLDP                 | 412
            false | a=ice-ufrag:OLDU+a=ice-pwd:OLDP                  | 428
            false | a=ice-ufrag:UFRAG+a=ice-pwd:OLDP                 | 428
            false | a=candidate:1 1 udp 1 192.0.2.1 5000 typ host    | 428
            true  | a=ice-ufrag:UFRAG                                | 400
            true  | hello                                            | 400
            """)
    void shouldTakeCandidatesOfTheNewestGenerationOnly(boolean tagged, String lines, int status) throws Rejected {
        World world = new World(1);
        Client client = world.publisher();
        IceCredentials old = client.peer().local();
        IceCredentials own = restart(world, SessionRole.PUBLISHER, client).local();
        String fragment = lines.replace("UFRAG", own.ufrag())
                .replace("PWD", own.pwd())
                .replace("OLDU", old.ufrag())
                .replace("OLDP", old.pwd())
                .replace("+", "\r\n");
        assertEquals(
                status,
                status(() ->
                        world.sfu.trickle(SessionRole.PUBLISHER, World.LIVE, client.sessionId(), fragment, tagged)));
        assertEquals(
                404,
                status(() -> world.sfu.trickle(SessionRole.VIEWER, World.LIVE, client.sessionId(), fragment, tagged)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a=candidate:1 1 udp 1 192.0.2.1 5000 typ host                    | 400
            a=ice-ufrag:abcd                                                 | 400
            a=ice-ufrag:UFRAG+a=ice-pwd:aaaaaaaaaaaaaaaaaaaaaaaaaaaa         | 422
            a=ice-ufrag:abcd+a=ice-pwd:PWD                                   | 422
            """)
    void shouldRefuseARestartWithoutTwoNewCredentials(String lines, int status) throws Rejected {
        World world = new World(1);
        Client client = world.publisher();
        IceCredentials own = client.peer().local();
        String fragment =
                lines.replace("UFRAG", own.ufrag()).replace("PWD", own.pwd()).replace("+", "\r\n");
        Optional<String> tag = world.sfu.iceTag(SessionRole.PUBLISHER, World.LIVE, client.sessionId());

        assertEquals(
                status,
                status(() -> world.sfu.restart(SessionRole.PUBLISHER, World.LIVE, client.sessionId(), fragment, null)));
        assertEquals(tag, world.sfu.iceTag(SessionRole.PUBLISHER, World.LIVE, client.sessionId()));
        assertTrue(tag.isPresent());
    }

    private interface Request {
        void run() throws Rejected;
    }

    private static int status(Request request) {
        try {
            request.run();
            return 204;
        } catch (Rejected refusal) {
            return refusal.status();
        }
    }
}
