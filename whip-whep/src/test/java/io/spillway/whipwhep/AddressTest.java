package io.spillway.whipwhep;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.spillway.media.live.StreamName;
import io.spillway.testkit.Seeds;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AddressTest {

    @ParameterizedTest
    @CsvSource(textBlock = """
            /whip,              WHIP endpoint of bearer
            /whip/,             WHIP endpoint of bearer
            /whep,              WHEP endpoint of bearer
            /whip/a,            WHIP endpoint of a
            /whip/a/,           WHIP endpoint of a
            /whep/A_9-z,        WHEP endpoint of A_9-z
            /a/whip,            WHIP endpoint of a
            /a/whep/,           WHEP endpoint of a
            /whip/whep,         WHIP endpoint of whep
            /whep/whip,         WHEP endpoint of whip
            /whip/watch,        WHIP endpoint of watch
            /whip/a/s,          WHIP session s of a
            /whep/a/s-_9/,      WHEP session s-_9 of a
            /whip/a/b/c,        WHIP nowhere
            /whip/a/b/c/d/e,    WHIP nowhere
            /whep/a/s/layer,    layer of WHEP session s of a
            /whep/a/s/layer/,   layer of WHEP session s of a
            /whip/a/s/layer,    WHIP nowhere
            /whep/a/s/layers,   WHEP nowhere
            /whep/a/s/layer/x,  WHEP nowhere
            /whep/a/s/events,   events of WHEP session s of a
            /whep/a/s/events/,  events of WHEP session s of a
            /whep/a/s/events/x, event feed x of WHEP session s of a
            /whep/a/s/events/x/y, WHEP nowhere
            /whep/a/s/events/x.y, WHEP nowhere
            /whip/a/s/events,   WHIP nowhere
            /whip/a//,          WHIP nowhere
            /whip/a/s.t,        WHIP nowhere
            /whip//,            WHIP bad name
            /whip/a.b,          WHIP bad name
            /whip/a b/s,        WHIP bad name
            /a.b/whip,          WHIP bad name
            //whep,             WHEP bad name
            /,                  not ours
            //,                 not ours
            /whipp,             not ours
            /a/b/whip,          not ours
            /watch/whep,        not ours
            /api/whip,          not ours
            /a/whip/s,          not ours
            whip/a,             not ours
            '',                 not ours
            """)
    void shouldNameWhatAPathStandsFor(String path, String meaning) {
        assertEquals(meaning, Address.parse(path).map(AddressTest::describe).orElse("not ours"));
    }

    @Seeds(200)
    void shouldTakeAnyPath(long seed) {
        Random random = new Random(seed);
        String[] parts = {"/", "whip", "whep", "a", "..", "%2f", "\0", "\ud800", "\u00f6", "watch", "-", "?"};
        StringBuilder path = new StringBuilder();
        for (int n = random.nextInt(40); n > 0; n--) {
            path.append(parts[random.nextInt(parts.length)]);
        }

        Optional<Address> address = Address.parse(path.toString());

        if (address.orElse(null) instanceof Address.Session session) {
            assertEquals(Optional.of(session), Address.parse(session.path()));
        }
    }

    private static String describe(Address address) {
        return switch (address) {
            case Address.Endpoint(Protocol protocol, StreamName stream) ->
                protocol + " endpoint of " + (stream == null ? "bearer" : stream.value());
            case Address.Session(Protocol protocol, StreamName stream, String id) ->
                protocol + " session " + id + " of " + stream;
            case Address.Layer layer -> "layer of " + describe(layer.session());
            case Address.Events events -> "events of " + describe(events.session());
            case Address.EventFeed(Address.Session session, String id) ->
                "event feed " + id + " of " + describe(session);
            case Address.BadName bad -> bad.protocol() + " bad name";
            case Address.Nowhere nowhere -> nowhere.protocol() + " nowhere";
        };
    }
}
