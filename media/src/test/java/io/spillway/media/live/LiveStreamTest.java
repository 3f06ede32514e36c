package io.spillway.media.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiveStreamTest {

    private final LiveStream stream = new LiveStream(new StreamName("show"));
    private final Publication first = new Publication(List.of(), Instant.EPOCH, "first");
    private final Publication second = new Publication(List.of(), Instant.EPOCH, "second");
    private final List<String> heard = new ArrayList<>();

    private final StreamListener listener = new StreamListener() {
        @Override
        public void onPublication(Publication publication, long nowNs) {
            heard.add(publication.publisherAgent() + "@" + nowNs);
        }

        @Override
        public void onOffline(long nowNs) {
            heard.add("offline@" + nowNs);
        }
    };

    @Test
    void shouldOutliveItsPublishers() {
        stream.subscribe(listener, 1);
        stream.publish(first, 2);
        stream.unpublish(first, 3);
        assertNull(stream.publication());
        assertTrue(stream.isFollowed());
        stream.publish(second, 4);

        assertEquals(List.of("first@2", "offline@3", "second@4"), heard);
    }

    @Test
    void shouldReplacePublicationAtOnceAndIgnoreTheOldOnesEnd() {
        stream.subscribe(listener, 1);
        stream.publish(first, 2);
        stream.publish(second, 3);
        assertTrue(first.hasEnded());
        stream.unpublish(first, 4);

        assertSame(second, stream.publication());
        assertFalse(second.hasEnded());
        assertEquals(List.of("first@2", "second@3"), heard);
    }

    @Test
    void shouldTellNewcomersWhatIsLive() {
        stream.publish(first, 2);
        stream.subscribe(listener, 5);
        stream.unsubscribe(listener);
        stream.publish(second, 6);
        assertEquals(List.of("first@5"), heard);
    }
}
