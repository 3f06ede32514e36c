package io.spillway.media.live;

/** The publisher's side of a layer, asked for a keyframe by readers; merging and throttling is its part. */
public interface KeyframeListener {

    void onKeyframeWanted(Layer layer, long nowNs);
}
