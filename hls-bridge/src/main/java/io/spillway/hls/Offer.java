package io.spillway.hls;

import io.spillway.hls.ladder.LadderStatus;
import io.spillway.hls.stream.Rendition;
import io.spillway.hls.stream.StreamPackager;
import io.spillway.media.mp4.AudioFormat;
import io.spillway.media.mp4.VideoFormat;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Which of a stream's renditions a player may choose from, and when that is told: who reads it too early would never have the others. Owned by the packaging thread. */
final class Offer {

    /** Sound, further layers and what is made of a picture are waited for this long. */
    private static final long COMPLETE_NS = 6_000_000_000L;

    /** A layer of which nothing came for longer is not sent at the moment. */
    private static final long SENT_NS = 1_500_000_000L;

    /** Layers whose segments do not begin with keys after this never will. */
    private static final long APART_NS = 4_000_000_000L;

    private static final long NEVER = Long.MIN_VALUE / 2;

    private final StreamPackager packager;
    private List<List<String>> shows = List.of();
    private long[] cameNs = {};
    private BitSet playedByAll = new BitSet();
    private int pictures;
    private boolean apart;
    private long beganNs = NEVER;

    Offer(StreamPackager packager) {
        this.packager = packager;
    }

    /**
     * Another publication begins.
     *
     * @param layers by number, the renditions in which each is to be had, as it is or as AAC; none where others are made of it
     * @param played by number, whether every player plays the layer as it is
     * @param passedPictures how many layers of pictures are renditions themselves
     */
    void restart(List<List<String>> layers, BitSet played, int passedPictures) {
        shows = layers;
        playedByAll = played;
        cameNs = LongStream.generate(() -> NEVER).limit(layers.size()).toArray();
        pictures = passedPictures;
        apart = false;
        beganNs = NEVER;
    }

    /** A packet of a layer came. */
    void onPacket(int layer, long nowNs) {
        cameNs[layer] = nowNs;
    }

    /** Whether renditions are to be made of layers that are renditions themselves: there is one only, or only one of them can be offered, or none that is sent is played by every player. */
    boolean wantsMore(long nowNs) {
        return apart || pictures == 1 || layersSent(nowNs).noneMatch(playedByAll::get);
    }

    /** Finds out whether the publisher makes keys of its layers at different times: then the largest is to lead, and the others cannot be offered beside it (H20). */
    void judge(List<Rendition> renditions, long nowNs) {
        if (beganNs == NEVER && !renditions.isEmpty()) {
            beganNs = nowNs;
        }
        if (apart || beganNs == NEVER || nowNs - beganNs < APART_NS) {
            return;
        }
        List<Rendition> layers = renditions.stream()
                .filter(each -> sent(nowNs).anyMatch(each.name()::equals))
                .toList();
        apart = layers.stream().anyMatch(packager::isApart);
        if (apart) {
            layers.stream()
                    .max(Comparator.comparingLong(Offer::pixels))
                    .ifPresent(largest -> packager.prefer(largest.name()));
        }
    }

    /** What can be chosen from. */
    List<Rendition> of(List<Rendition> renditions, List<LadderStatus.Rung> rungs) {
        return renditions.stream()
                .filter(each -> rungs.stream().noneMatch(rung -> rung.isShed(each.name()))
                        && packager.isAligned(each, proof(each, rungs)))
                .toList();
    }

    /**
     * What a player that comes now may choose from: it begins near the end, and where that is a gap in all renditions, hls.js goes from one to the next and stands still. None while nothing is sent, and until something is whole of who
     * publishes now.
     */
    List<Rendition> toPlay(List<Rendition> offered, long nowNs) {
        boolean over = offered.stream().anyMatch(Rendition::ended);
        if (!over && (layersSent(nowNs).findAny().isEmpty() || packager.standsStill())) {
            return List.of();
        }
        return offered.stream().filter(packager::hasBegun).toList();
    }

    /**
     * Whether that is all there will be, or has been waited for long enough.
     *
     * @param rungs what is made; not known yet while {@code beginning}
     */
    boolean isComplete(List<Rendition> offered, List<LadderStatus.Rung> rungs, boolean beginning, long nowNs) {
        Stream<String> made = rungs.stream()
                .filter(rung -> rung.state() != LadderStatus.State.SHED)
                .map(LadderStatus.Rung::name);
        Stream<String> wanted = apart ? made : Stream.concat(sent(nowNs), made);
        return nowNs - beganNs > COMPLETE_NS
                || (!beginning
                        && wanted.allMatch(name ->
                                offered.stream().anyMatch(each -> each.name().equals(name))));
    }

    /** Layers that come at the moment, by their renditions. */
    private Stream<String> sent(long nowNs) {
        return layersSent(nowNs).mapToObj(shows::get).flatMap(List::stream);
    }

    private IntStream layersSent(long nowNs) {
        return IntStream.range(0, cameNs.length).filter(i -> nowNs - cameNs[i] < SENT_NS);
    }

    /** Segments that must show that a rendition is cut as the leading one is: of what is made to be, one. */
    private static int proof(Rendition rendition, List<LadderStatus.Rung> rungs) {
        boolean made = rendition.format() instanceof AudioFormat
                || rungs.stream().anyMatch(rung -> rung.name().equals(rendition.name()));
        return made ? 1 : StreamPackager.ALIGNED_SEGMENTS;
    }

    private static long pixels(Rendition rendition) {
        return rendition.format() instanceof VideoFormat video ? (long) video.width() * video.height() : 0;
    }
}
