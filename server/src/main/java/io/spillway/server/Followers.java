package io.spillway.server;

import io.spillway.media.live.Publication;
import io.spillway.media.live.PublicationListener;
import io.spillway.media.live.StreamName;
import java.util.List;
import java.util.concurrent.Executor;

/** All who follow publications, in turn. */
record Followers(List<? extends PublicationListener> all) implements PublicationListener {

    Followers {
        all = List.copyOf(all);
    }

    @Override
    public void onPublished(StreamName name, Publication publication, Executor loop) {
        all.forEach(each -> each.onPublished(name, publication, loop));
    }

    @Override
    public void onEnded(StreamName name, Publication publication) {
        all.forEach(each -> each.onEnded(name, publication));
    }
}
