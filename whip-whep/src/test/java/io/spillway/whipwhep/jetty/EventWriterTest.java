package io.spillway.whipwhep.jetty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.spillway.media.live.StreamName;
import io.spillway.whipwhep.events.EventKind;
import io.spillway.whipwhep.events.EventStream;
import io.spillway.whipwhep.events.ViewerEvents;
import java.io.EOFException;
import java.lang.reflect.Proxy;
import java.net.http.HttpClient.Version;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;

final class EventWriterTest {

    private final EOFException gone = new EOFException("the viewer's machine sleeps");

    /** A connection that takes nothing. */
    private Response broken() {
        return (Response) Proxy.newProxyInstance(
                Response.class.getClassLoader(), new Class<?>[] {Response.class}, (_, call, given) -> {
                    assertEquals("write", call.getName(), "it writes, and nothing else");
                    ((Callback) given[2]).failed(gone);
                    return null;
                });
    }

    @Test
    void shouldLetGoOfTheStreamWhenTheConnectionBreaks() throws Exception {
        try (TestServer server = TestServer.with(new Keys().publishKey("key-show", "show"))) {
            Clients client = new Clients(server, Version.HTTP_1_1);
            client.post("/whip/show", TestServer.OFFER, "Authorization: Bearer key-show");
            String path = client.post("/whep/show", TestServer.OFFER)
                    .headers()
                    .firstValue("Location")
                    .orElseThrow();
            ViewerEvents events = server.resources.events();
            EventStream stream = events.create(
                    new StreamName("show"), path.substring(path.lastIndexOf('/') + 1), EnumSet.allOf(EventKind.class));
            List<Throwable> failures = new ArrayList<>();
            EventWriter writer = new EventWriter(stream, broken(), Callback.from(() -> {}, failures::add));

            stream.attach(writer);
            assertEquals(1, failures.size());
            assertSame(gone, failures.getFirst());

            events.reconnect();
            assertEquals("", stream.take(writer), "nothing more is kept ready for it");
            EventWriter next = new EventWriter(stream, broken(), Callback.NOOP);
            stream.attach(next);
            assertFalse(failures.size() > 1, "nor is it told of anything");
        }
    }
}
