package io.spillway.sfu.outbound;

import io.spillway.media.live.Layer;
import io.spillway.media.live.Track;
import org.jspecify.annotations.Nullable;

/** Decides which of a track's layers a viewer gets. Asked again about twice a second. */
interface LayerChoice {

    /**
     * The layer to send.
     *
     * @param current what is sent now, null when nothing is
     * @return null while none can be chosen: then nothing changes
     */
    @Nullable
    Layer choose(Track track, @Nullable Layer current, long nowNs);
}
