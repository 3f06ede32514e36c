package io.spillway.sfu.outbound;

import io.spillway.media.live.LiveStream;
import io.spillway.media.live.StreamName;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A stream, who publishes on it and who watches, in virtual time. */
final class World {

    static final long MS = 1_000_000;
    static final long STEP_NS = MS / 2;

    final LiveStream live = new LiveStream(new StreamName("test"));
    final List<TestViewer> viewers = new ArrayList<>();

    /** Wall clock of the server: some day in 2026. */
    final long unixAtZeroNs = 1_790_000_000_000_000_000L;

    long nowNs = 1_000 * MS;

    private @Nullable TestPublisher publisher;

    /** Makes a publisher the one who sends; the one before falls silent. */
    TestPublisher publish(TestPublisher next) {
        publisher = next;
        next.start(nowNs);
        live.publish(next.publication(), nowNs);
        return next;
    }

    void unpublish() {
        TestPublisher left = publisher;
        publisher = null;
        if (left != null) {
            live.unpublish(left.publication(), nowNs);
        }
    }

    TestViewer join(TestViewer viewer) {
        viewers.add(viewer);
        viewer.media(this).start(nowNs);
        return viewer;
    }

    void advanceMs(long ms) {
        long untilNs = nowNs + ms * MS;
        while (nowNs < untilNs) {
            nowNs += STEP_NS;
            if (publisher != null) {
                publisher.tick(nowNs);
            }
            for (TestViewer viewer : viewers) {
                viewer.wake(nowNs);
            }
            if (publisher != null) {
                publisher.flush(nowNs);
            }
        }
    }
}
