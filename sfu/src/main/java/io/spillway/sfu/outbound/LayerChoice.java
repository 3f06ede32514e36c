package io.spillway.sfu.outbound;

import io.spillway.media.live.LayerOption;
import io.spillway.media.live.LayerSelection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides what of a track a viewer gets, among what it may get. Asked again about twice a second. */
public interface LayerChoice {

    /**
     * What to send; null for nothing.
     *
     * @param options what can be sent now and is within the viewer's wish, the least first, at least one; the list is borrowed for the call
     * @param current what was chosen last, null when nothing was; it need not be among {@code options}
     */
    @Nullable
    LayerSelection choose(List<LayerOption> options, @Nullable LayerSelection current, long nowNs);
}
