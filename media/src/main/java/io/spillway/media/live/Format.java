package io.spillway.media.live;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.MediaKind;
import java.util.Map;

/**
 * What a layer's packets are.
 *
 * @param fmtp the publisher's format parameters, keys in lower case
 * @param extensionIds RTP header extension URI to the id, 1..255, under which the stored packets carry it
 */
public record Format(Codec codec, Map<String, String> fmtp, Map<String, Integer> extensionIds) {

    public Format {
        fmtp = Map.copyOf(fmtp);
        extensionIds = Map.copyOf(extensionIds);
    }

    /** A format whose packets carry no header extension. */
    public Format(Codec codec, Map<String, String> fmtp) {
        this(codec, fmtp, Map.of());
    }

    public MediaKind kind() {
        return codec.kind();
    }
}
