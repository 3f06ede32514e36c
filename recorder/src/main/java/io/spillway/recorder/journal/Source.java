package io.spillway.recorder.journal;

import io.spillway.media.live.Format;
import java.util.List;

/**
 * What a publisher sends from here on.
 *
 * @param startedAtMs when it began, milliseconds since 1970
 * @param agent what it calls itself, empty when it does not say
 * @param layers in the order of their numbers
 */
public record Source(long startedAtMs, String agent, List<LayerDescription> layers) {

    /** Browsers send four: sound, and a picture in three sizes. */
    public static final int MAX_LAYERS = 12;

    public Source {
        layers = List.copyOf(layers);
        if (layers.size() > MAX_LAYERS) {
            throw new IllegalArgumentException(layers.size() + " layers; at most " + MAX_LAYERS + " can be journaled");
        }
    }

    /** Whether it can go on where another ended: no kind of media that both have is of another codec. */
    public boolean continues(Source before) {
        return layers.stream()
                .noneMatch(layer -> before.layers.stream()
                        .map(each -> each.format().codec())
                        .anyMatch(codec -> codec.kind() == layer.format().kind()
                                && codec != layer.format().codec()));
    }

    /**
     * One layer.
     *
     * @param track the place of its track in the publication: layers of one track are the same pictures
     * @param rid the publisher's name for it, empty without simulcast
     */
    public record LayerDescription(int track, String rid, Format format) {}
}
