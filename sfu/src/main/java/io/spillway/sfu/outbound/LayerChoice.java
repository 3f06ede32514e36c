package io.spillway.sfu.outbound;

import io.spillway.media.live.Layer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides which of a track's layers a viewer gets, among those it may get. Asked again about twice a second. */
interface LayerChoice {

    /**
     * The layer to send.
     *
     * @param layers what may be sent, at least one; the list is borrowed for the call
     * @param current what is sent now, null when nothing is; it need not be among {@code layers}
     * @return null while none can be chosen: then nothing changes
     */
    @Nullable
    Layer choose(List<Layer> layers, @Nullable Layer current, long nowNs);
}
