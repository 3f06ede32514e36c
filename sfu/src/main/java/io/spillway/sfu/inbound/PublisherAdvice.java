package io.spillway.sfu.inbound;

import io.spillway.media.codec.MediaKind;
import io.spillway.media.live.Layer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What to tell the person who publishes of one layer: what is wrong, by how much, and what to change. */
final class PublisherAdvice {

    /** Beyond this, whoever joins or loses a packet sees it: 250 frames, some encoders' default, are 8.3 s (O5). */
    private static final long LONG_INTERVAL_NS = 4_000_000_000L;

    /** Loss that repair still hides from viewers, at the cost of delay. */
    private static final double NOTABLE_LOSS = 0.02;

    private PublisherAdvice() {}

    static List<String> of(InboundLayer inbound, long nowNs) {
        Layer layer = inbound.layer();
        List<String> advice = new ArrayList<>();
        if (!layer.isActive(nowNs)) {
            return advice;
        }
        String where = layer.rid().isEmpty() ? "" : " in layer " + layer.rid();
        boolean video = layer.format().kind() == MediaKind.VIDEO;
        long intervalNs = layer.keyframeIntervalNs(nowNs);
        if (video && intervalNs > LONG_INTERVAL_NS) {
            advice.add(String.format(
                    Locale.ROOT,
                    "keyframes %.1f s apart%s: set the keyframe interval to 1 s in the encoder",
                    intervalNs / 1e9,
                    where));
        }
        if (video && layer.gopStart() < 0 && layer.gopOverflows() > 0) {
            advice.add(String.format(
                    Locale.ROOT,
                    "more than %d MiB since the last keyframe%s: new viewers wait for the next one; set the keyframe interval to 1 s in the encoder",
                    layer.history().capacityBytes() >> 20,
                    where));
        }
        if (inbound.stats().lossFraction() > NOTABLE_LOSS) {
            advice.add(String.format(
                    Locale.ROOT,
                    "%.1f %% of the publisher's %s packets are lost on the way%s: lower the bitrate or use a cable",
                    inbound.stats().lossFraction() * 100,
                    video ? "video" : "audio",
                    where));
        }
        return advice;
    }
}
