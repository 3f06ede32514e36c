package io.spillway.media.live;

import java.util.concurrent.Executor;

/** Who hears of all publications of a server, each on the loop that owns it. Must return at once. */
public interface PublicationListener {

    /** A publication began: the stream's first, or one that replaces another, whose end may be told later. {@code loop} runs what reads it. */
    void onPublished(StreamName name, Publication publication, Executor loop);

    /** A publication ended: nothing more comes of it. */
    void onEnded(StreamName name, Publication publication);
}
