package io.spillway.sfu.sdp;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One m-line as it will be answered; every offered one has its own, in order.
 *
 * @param agreed null for an m-line that is refused, answered with port 0
 * @param direction as we write it
 * @param codecs as agreed, the preferred first
 * @param extensions as we write them
 * @param layers rid lines and the simulcast line; null without simulcast
 * @param announced our source and its stream; null toward a publisher
 */
record AnsweredMedia(
        OfferedMedia offered,
        @Nullable AgreedMedia agreed,
        Direction direction,
        List<OfferedCodec> codecs,
        List<Extmap> extensions,
        @Nullable Layers layers,
        @Nullable Announced announced) {

    /** The simulcast encodings we receive, one rid a stream, in the order offered. RFC 8853 §5.3.2. */
    record Layers(List<Rid> rids) {
        List<String> ids() {
            return rids.stream().map(Rid::id).toList();
        }
    }

    /** What we send under. */
    record Announced(PlaySources.Source source, String cname, String streamId) {}

    static AnsweredMedia refused(OfferedMedia offered) {
        return new AnsweredMedia(offered, null, Direction.INACTIVE, List.of(), List.of(), null, null);
    }

    boolean accepted() {
        return agreed != null;
    }
}
