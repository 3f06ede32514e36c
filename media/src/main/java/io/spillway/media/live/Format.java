package io.spillway.media.live;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.MediaKind;
import java.util.Map;

/** What a layer's payloads are. {@code fmtp} holds the publisher's format parameters, keys in lower case. */
public record Format(Codec codec, Map<String, String> fmtp) {

    public Format {
        fmtp = Map.copyOf(fmtp);
    }

    public MediaKind kind() {
        return codec.kind();
    }
}
