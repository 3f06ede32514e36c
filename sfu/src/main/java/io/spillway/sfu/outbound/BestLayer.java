package io.spillway.sfu.outbound;

import io.spillway.media.live.LayerOption;
import io.spillway.media.live.LayerSelection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The most that can be sent, whatever it costs. */
final class BestLayer implements LayerChoice {

    @Override
    public LayerSelection choose(List<LayerOption> options, @Nullable LayerSelection current, long nowNs) {
        return options.getLast().selection();
    }
}
