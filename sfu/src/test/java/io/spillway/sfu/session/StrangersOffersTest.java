package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.Sfu.SessionRequest;
import io.spillway.sfu.peer.Peer;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What an offer cannot make the server do or keep. */
class StrangersOffersTest {

    private final World world = new World(16);

    /** X16, F1: an ICE-lite server never goes out to look; only a check that came from there makes an address one to answer (O2). */
    @Test
    void shouldSendNothingToAddressesThatAnOfferNames() throws Rejected {
        Set<String> destinations = new TreeSet<>();
        world.net.filter((from, to, datagram) -> {
            if (from.equals(World.SERVER)) {
                destinations.add(to.toString());
            }
            return datagram;
        });
        List<String> media = new ArrayList<>(Client.CODECS);
        for (String target : List.of(
                "127.0.0.1 53",
                "169.254.169.254 80",
                "10.0.0.1 5000",
                "224.0.0.251 5353",
                "198.51.100.9 40000",
                "::1 53",
                "fe80::1 9",
                "victim.local 9")) {
            media.add("a=candidate:1 1 udp 2113937151 " + target + " typ host");
        }
        media.add("a=end-of-candidates");
        InetSocketAddress real = new InetSocketAddress(World.address("203.0.113.50"), 50_000);
        Client publisher = world.publisher();
        Peer viewer = Negotiated.by(world, false, () -> real, media, new Peer.Listener() {})
                .peer();
        world.net.advanceMs(5_000);
        assertEquals(Set.of(publisher.address().toString()), destinations, "nothing before the first check");

        world.net.attach(real, viewer);
        assertTrue(world.net.runUntil(viewer::isConnected, 5_000));
        world.play(publisher, 60, 30);
        world.net.advanceMs(40_000);
        assertEquals(Set.of(publisher.address().toString(), real.toString()), destinations);
    }

    /** X15: names cost the asker only. */
    @Test
    void shouldKeepNothingOfStreamsThatNobodyPublishes() {
        String offer = String.join(
                "\r\n",
                "v=0",
                "o=- 1 1 IN IP4 127.0.0.1",
                "s=-",
                "t=0 0",
                "a=group:BUNDLE 0",
                "m=audio 9 UDP/TLS/RTP/SAVPF 111",
                "c=IN IP4 0.0.0.0",
                "a=ice-ufrag:abcd",
                "a=ice-pwd:abcdefghijklmnopqrstuvwx",
                "a=fingerprint:sha-256 " + World.CLIENT_IDENTITY.fingerprint().hex(),
                "a=setup:actpass",
                "a=mid:0",
                "a=recvonly",
                "a=rtcp-mux",
                "a=rtpmap:111 opus/48000/2",
                "");
        for (int i = 0; i < 5_000; i++) {
            StreamName name = new StreamName("unknown-" + i);
            Rejected refused =
                    assertThrows(Rejected.class, () -> world.sfu.play(new SessionRequest(name, offer, null, "test")));
            assertEquals(409, refused.status());
            assertTrue(world.sfu.stream(name).isEmpty());
        }
        assertEquals(List.of(), world.sfu.streams());
        assertEquals(0, world.counter("sessions_opened", "viewer"));
    }
}
